// The processing elements of a reticle: operations in order, streams between ramps and SRAM, and where their time went.
#include "configs/failure.hpp"
#include "fabric/reticle.hpp"
#include "fabric/sender.hpp"
#include "fabric/state_hash.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::Operation;
using workloads::Start;
using workloads::Stream;

namespace {

bool receives(Operation const& op) { return op.stream == Stream::receive || op.stream == Stream::receive_send; }
bool sends(Operation const& op) { return op.stream == Stream::send || op.stream == Stream::receive_send; }

} // namespace

void Reticle::change(TileId tile, PeState state, std::uint64_t at)
{
    Pe&                 pe      = pe_[tile];
    PeAccount&          account = accounts_[tile];
    std::uint64_t const length  = at - pe.since;
    switch (pe.state) {
    case PeState::busy:
        account.busy += length;
        break;
    case PeState::waiting_in:
        if (shared_.fault.kind == Fault::Kind::forget_stall && shared_.fault.block == block_number_ &&
            ++lost_ == shared_.fault.count)
            break;
        account.stalled_in += length;
        break;
    case PeState::waiting_out:
        account.stalled_out += length;
        break;
    case PeState::idle:
        account.idle += length;
        break;
    }
    pe.state = state;
    pe.since = at;
}

// The PE comes to its next operation; `at` is the first cycle that the operation may use: this one or the next. Nothing
// from outside enters into operations without a stream, so a row of them is done in one go.
void Reticle::begin(TileId tile, std::uint64_t at)
{
    Pe&                 pe    = pe_[tile];
    std::uint64_t const first = at;
    for (;;) {
        pe.operation = shared_.operations.find(pe.role, pe.pc);
        if (pe.operation == nullptr || pe.operation->stream != Stream::none || pe.operation->joins)
            break;
        Operation const& op = *pe.operation;
        blame_[tile].add(Cause::dispatch, op.dispatch);
        blame_[tile].add(Cause::arithmetic, op.arithmetic);
        blame_[tile].add(Cause::sram, op.sram);
        std::uint64_t const length = std::uint64_t{op.dispatch} + op.arithmetic + op.sram;
        counters_.worked += length;
        at += length;
        finish_operation(tile, op, at);
        next_operation(tile);
    }
    if (at == first && at <= now_ + 1)
        return start(tile, at);
    pe.starts = true;
    timers_.add(now_, at, tile);
}

void Reticle::next_operation(TileId tile)
{
    ++pe_[tile].pc;
    if (!program_.scripts.empty())
        follow_script(tile);
}

// At the end of a play's segments its next round begins, or the next play; behind the last play the program is over.
void Reticle::follow_script(TileId tile)
{
    Pe&         pe     = pe_[tile];
    auto const& bounds = program_.segments[pe.role];
    auto const& plays  = program_.scripts[program_.script[global_[tile]]];
    while (pe.pc == bounds[plays[pe.play].last]) {
        if (++pe.round == plays[pe.play].times) {
            pe.round = 0;
            if (++pe.play == plays.size()) {
                pe.pc = bounds.back();
                return;
            }
        }
        pe.pc = bounds[plays[pe.play].first];
    }
}

// A stream, or the end of the program.
void Reticle::start(TileId tile, std::uint64_t at)
{
    Pe& pe = pe_[tile];
    if (pe.operation == nullptr) {
        change(tile, PeState::idle, at);
        --unfinished_;
        last_finish_ = std::max(last_finish_, at);
        return;
    }
    Operation const& op = *pe.operation;
    if (op.background)
        return set_up_thread(tile, at);
    if (op.joins)
        return join(tile, at);
    pe.remaining = op.wavelets;
    pe.eighths   = 0;
    pe.marked    = at;
    shared_.operations.prefetch(pe.role, pe.pc + 1);
    if (receives(op))
        pe.lane = lanes_.landing(op.in);
    if (op.start == Start::on_arrival && await_landing(tile)) {
        pe.triggered = true;
        change(tile, PeState::waiting_in, at);
        return;
    }
    begin_stream(tile, at);
}

// Set-up, and then the first wavelet.
void Reticle::begin_stream(TileId tile, std::uint64_t at)
{
    Operation const& op = *pe_[tile].operation;
    blame_[tile].add(op.reduction ? Cause::reduce_stage : Cause::dispatch, op.dispatch);
    counters_.worked += op.dispatch;
    pe_[tile].marked = at + op.dispatch;
    if (sends(op))
        shared_.board.prefetch(global_pe(tile));
    if (at + op.dispatch > now_)
        timers_.add(now_, at + op.dispatch, tile);
    else
        running_.push_back(tile); // execute() comes later in this cycle
}

void Reticle::timer(TileId tile)
{
    Pe& pe = pe_[tile];
    if (pe.state == PeState::idle) { // its program begins now
        change(tile, PeState::busy, now_);
        begin(tile, now_);
    } else if (pe.starts) {
        pe.starts = false;
        start(tile, now_);
    } else if (pe.remaining == 0) {
        complete(tile, now_);
    } else {
        running_.push_back(tile);
    }
}

// One wavelet of the stream, when there is one and there is room for what it becomes.
void Reticle::execute(TileId tile)
{
    Pe&              pe       = pe_[tile];
    Operation const& op       = *pe_[tile].operation;
    std::uint32_t    word     = 0;
    Queue*           in       = nullptr;
    Queue*           out      = nullptr;
    std::uint8_t     out_lane = no_lane;
    if (receives(op)) {
        in = &queues_.at(pe.lane, tile);
        if (await_landing(tile))
            return stall(tile, PeState::waiting_in);
    }
    if (sends(op)) {
        out_lane = lanes_.lane(op.out, Direction::ramp);
        out      = &queues_.at(out_lane, tile);
        if (!out->room(now_, timing_.ramp)) {
            await_credit(*out, Place{tile, LaneId{out_lane}}, timing_.ramp);
            return stall(tile, PeState::waiting_out);
        }
    }
    std::uint32_t const index = op.wavelets - pe.remaining;
    if (in) {
        word = queues_.front(pe.lane, tile);
        in->drop_front(timing_.depth);
        free_slot(*in, Place{tile, LaneId{pe.lane}}, timing_.ramp);
        ++counters_.delivered;
        if (payload_.active())
            word = payload_.combine(tile, op.address, index, word, op.combine, op.stream == Stream::receive);
        if (shared_.probe)
            shared_.probe->wavelet(now_, global_pe(tile), global_pe(tile), op.in, WaveletEvent::eject);
    } else if (payload_.active()) {
        word = payload_.load(tile, op.address, index);
    }
    if (out) {
        --out->credits;
        ++counters_.injected;
        if (threads_.in_use())
            threads_.use_ramp(tile, now_);
        bool const control = op.control && pe.remaining == 1;
        // One cycle through the datapath, and up the ramp.
        arrivals_.at(now_ + 1 + timing_.ramp).push_back(Arrival{Place{tile, LaneId{out_lane}, control}, word});
        if (index == 0) {
            blame_[tile].add(Cause::serialisation, now_ - pe.marked);
            pe.marked = now_;
            shared_.board.post(global_pe(tile), op.out, now_, blame_[tile], quantum_begin_, journal_);
        }
        if (shared_.probe)
            shared_.probe->wavelet(now_, global_pe(tile), global_pe(tile), op.out, WaveletEvent::inject);
    }
    pe.eighths += op.interval;
    std::uint64_t const next = now_ + pe.eighths / 8;
    pe.eighths %= 8;
    counters_.worked += next - now_;
    if (--pe.remaining == 0) {
        if (next == now_ + 1)
            return complete(tile, next);
        return timers_.add(now_, next, tile);
    }
    if (next == now_ + 1)
        next_running_.push_back(tile);
    else
        timers_.add(now_, next, tile);
}

void Reticle::stall(TileId tile, PeState state)
{
    Pe& pe = pe_[tile];
    blame_[tile].add(Cause::serialisation, now_ - pe.marked);
    pe.marked = now_;
    change(tile, state, now_);
}

// A wavelet or a credit came for a PE that waited.
void Reticle::resume(TileId tile)
{
    Pe&        pe      = pe_[tile];
    bool const arrival = pe.state == PeState::waiting_in;
    change(tile, PeState::busy, now_);
    if (arrival)
        inherit_blame(tile);
    else
        blame_[tile].add(Cause::waiting, now_ - pe.marked);
    pe.marked = now_;
    if (pe.triggered) {
        pe.triggered = false;
        begin_stream(tile, now_);
    } else {
        running_.push_back(tile);
    }
}

// What the PE had done before did not matter: it waited for this wavelet, so its time is the sender's and the way's.
void Reticle::inherit_blame(TileId tile)
{
    Operation const&    op     = *pe_[tile].operation;
    std::uint32_t const pe     = global_pe(tile);
    std::uint32_t const sender = sender_of(program_, pe, op);
    auto const          a      = op.vertical ? pe / program_.columns : pe % program_.columns;
    auto const          b      = op.vertical ? sender / program_.columns : sender % program_.columns;
    auto const    crossings    = op.vertical ? shared_.geometry.crossings_y(a, b) : shared_.geometry.crossings_x(a, b);
    std::uint64_t hops         = std::uint64_t{a < b ? b - a : a - b} * timing_.hop;
    if (shared_.longer)
        hops += op.vertical ? shared_.longer->along_y(pe % program_.columns, a, b)
                            : shared_.longer->along_x(pe / program_.columns, a, b);
    std::uint64_t const scribe = std::uint64_t{crossings} * (timing_.scribe - timing_.hop);
    std::uint64_t const ramps  = 1 + 2ull * timing_.ramp;
    std::uint64_t       sent   = 0;
    std::uint64_t const way    = hops + scribe + ramps;
    Blame&              blame  = blame_[tile];
    bool const          own    = crossings == 0;
    if (now_ < way || !shared_.board.find(sender, op.in, now_ - way, own ? now_ + 1 : quantum_begin_,
                                          own ? &journal_ : nullptr, sent, blame)) {
        blame.add(Cause::waiting, now_ - pe_[tile].marked);
        return;
    }
    // A wavelet cannot cross sooner after the first of its stream than a scribe line and its credits let them through:
    // what that is more than any link takes is the line's, also for the PEs that the stream is passed on to. Whatever
    // else made it wait is booked as waiting in line.
    std::uint64_t const before = op.wavelets - pe_[tile].remaining;
    std::uint64_t const late   = now_ - sent - way;
    std::uint64_t const slow   = timing_.cuts_slow_streams() && before != 0 && comes_over_a_cut(pe, op)
                                     ? timing_.held_up(before, op.interval, late)
                                     : 0;
    blame.add(Cause::hops, hops);
    blame.add(Cause::scribe, scribe + slow);
    blame.add(op.reduction ? Cause::reduce_stage : Cause::hops, ramps);
    blame.add(Cause::serialisation, late - slow);
}

std::uint64_t Timing::held_up(std::uint64_t before, std::uint32_t interval, std::uint64_t late) const
{
    auto const earliest = [&](std::uint64_t rate, std::uint64_t round) { // eighths; a round is of a queue full
        auto const in_line = before * rate;
        return std::max(in_line, before / depth * 8 * round + before % depth * rate);
    };
    auto const free = std::max(serialisation, interval), slow = std::max(at_scribe, interval);
    // A PE sends and receives over its ramp, whatever lies between.
    auto const any = std::max<std::uint64_t>(2 * hop, 2 * ramp + 1), cut = std::max<std::uint64_t>(2 * scribe, any);
    auto const over_cut = earliest(slow, cut) / 8, held = (earliest(slow, cut) - earliest(free, any)) / 8;
    auto const beyond = late > over_cut ? late - over_cut : 0;
    return std::min(late, held > beyond ? held - beyond : 0);
}

// Whether the stream that the PE receives passes a scribe line, on its way to the PE or before: where a PE passes on
// what it receives, what it sends is as late as what it receives.
bool Reticle::comes_over_a_cut(std::uint32_t pe, Operation const& received)
{
    auto const [known, fresh] = over_a_cut_.try_emplace({&received, pe}, false);
    if (!fresh)
        return known->second;
    auto const* op = &received;
    for (std::size_t steps = program_.pes(); op != nullptr && steps > 0; --steps) {
        auto const sender = sender_of(program_, pe, *op);
        auto const a      = op->vertical ? pe / program_.columns : pe % program_.columns;
        auto const b      = op->vertical ? sender / program_.columns : sender % program_.columns;
        if ((op->vertical ? shared_.geometry.crossings_y(a, b) : shared_.geometry.crossings_x(a, b)) != 0)
            return known->second = true;
        auto const& role      = program_.roles[program_.role[sender]];
        auto const  passes_on = std::find_if(role.begin(), role.end(), [&](Operation const& other) {
            return other.stream == Stream::receive_send && other.out == op->in && other.op == op->op;
        });
        op                    = passes_on == role.end() || sender == pe ? nullptr : &*passes_on;
        pe                    = sender;
    }
    return false;
}

// A stream is over; `at` is the first cycle after it.
void Reticle::complete(TileId tile, std::uint64_t at)
{
    Pe& pe = pe_[tile];
    blame_[tile].add(Cause::serialisation, at - pe.marked);
    finish_operation(tile, *pe.operation, at);
    next_operation(tile);
    begin(tile, at);
}

void Reticle::finish_operation(TileId tile, Operation const& op, std::uint64_t at)
{
    if (payload_.active() && op.kernel != 0)
        payload_.run(tile, program_.kernels[op.kernel]);
    history_ += mix(global_pe(tile), pe_[tile].pc, at);
    if (!op.last)
        return;
    std::size_t number = op.op;
    if (!program_.scripts.empty()) {
        auto const& play = program_.scripts[program_.script[global_[tile]]][pe_[tile].play];
        number           = static_cast<std::uint16_t>(number + play.operators + pe_[tile].round * play.stride);
    }
    OperatorEnd& end = ends_[number];
    if (!end.seen || at > end.cycle || (at == end.cycle && global_pe(tile) < end.pe))
        end = OperatorEnd{at, global_pe(tile), blame_[tile], true};
}

void Reticle::close_windows(std::uint64_t until)
{
    std::vector<std::uint64_t> busy(tiles_);
    while (activity_.next_boundary() <= until) {
        std::uint64_t const boundary = activity_.next_boundary();
        for (TileId tile{0}; tile < tiles_; ++tile) {
            Pe const& pe = pe_[tile];
            busy[tile] =
                accounts_[tile].busy + (pe.state == PeState::busy && boundary > pe.since ? boundary - pe.since : 0);
        }
        activity_.close_window(busy, link_counts());
    }
}

void Reticle::close(std::uint64_t end)
{
    close_windows(end);
    now_ = end;
    for (TileId tile{0}; tile < tiles_; ++tile)
        change(tile, pe_[tile].state, end);
}

} // namespace scribeline::fabric
