// Streams in the background: set up by a PE on its way, run a wavelet a cycle, and waited for by an operation that
// joins.
#include "configs/failure.hpp"
#include "fabric/reticle.hpp"
#include "fabric/state_hash.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::Operation;
using workloads::Stream;

StreamThreads::StreamThreads(workloads::Program const& program, std::uint32_t tiles)
{
    for (auto const& role : program.roles)
        for (auto const& op : role)
            if (op.background) {
                of_tile_.resize(tiles);
                return;
            }
}

StreamThread& StreamThreads::take(std::uint32_t tile)
{
    auto&      slots = of(tile);
    auto const free  = std::find_if(slots.begin(), slots.end(), [](auto const& t) { return t.remaining == 0; });
    if (free == slots.end())
        throw configs::SimulationFault{fmt::format("a program sets up more than {} streams in the background", most)};
    return *free;
}

bool StreamThreads::any_at_work(std::uint32_t tile) const
{
    auto const& slots = of_tile_[tile].slots;
    return std::any_of(slots.begin(), slots.end(), [](auto const& t) { return t.remaining != 0; });
}

void StreamThreads::wake(std::uint32_t tile)
{
    for (auto& thread : of(tile))
        thread.waits = false;
    run(tile);
}

void StreamThreads::run(std::uint32_t tile)
{
    if (!std::exchange(of_tile_[tile].listed, true))
        running_.push_back(tile);
}

std::vector<std::uint32_t> StreamThreads::take_running()
{
    for (auto const tile : running_)
        of_tile_[tile].listed = false;
    return std::exchange(running_, {});
}

std::string StreamThreads::waiting(std::uint32_t tile) const
{
    std::string text;
    for (auto const& thread : of_tile_[tile].slots)
        if (thread.remaining != 0) {
            auto const& op = *thread.operation;
            text +=
                fmt::format("{}wavelet {} of {} of color {} {}", text.empty() ? ": " : ", ",
                            op.wavelets - thread.remaining + 1, op.wavelets, op.stream == Stream::send ? op.out : op.in,
                            op.stream == Stream::send ? "to be sent" : "to come");
        }
    return text;
}

// A wavelet has landed at a PE for which something waited.
void Reticle::landed(TileId tile)
{
    if (threads_.in_use()) {
        threads_.wake(tile);
        Pe const& pe = pe_[tile];
        if (pe.state != PeState::waiting_in || pe.joins || !queues_.at(pe.lane, tile).has_landed(now_, timing_.ramp))
            return;
    }
    resume(tile);
}

// There is room in a queue behind a PE's ramp.
void Reticle::room(TileId tile)
{
    threads_.wake(tile);
    Pe const& pe = pe_[tile];
    if (pe.state == PeState::waiting_out &&
        queues_.at(lanes_.lane(pe.operation->out, Direction::ramp), tile).room(now_, timing_.ramp))
        resume(tile);
}

void Reticle::set_up_thread(TileId tile, std::uint64_t at)
{
    Pe&                 pe    = pe_[tile];
    Operation const&    op    = *pe.operation;
    std::uint64_t const ready = at + op.dispatch;
    SCRIBELINE_EXPECT(op.wavelets > 0 && (op.stream == Stream::send || op.stream == Stream::receive));
    blame_[tile].add(Cause::dispatch, op.dispatch);
    counters_.worked += op.dispatch;
    StreamThread& thread = threads_.take(tile);
    thread               = {&op, ready, op.wavelets, 0, 0, false};
    if (op.stream == Stream::receive)
        thread.lane = lanes_.landing(op.in);
    threads_.run(tile);
    finish_operation(tile, op, ready);
    next_operation(tile);
    begin(tile, ready);
}

// What the end of the streams starts: their tasks, and with them the program goes on.
void Reticle::join(TileId tile, std::uint64_t at)
{
    Pe& pe = pe_[tile];
    if (pe.joins) {
        pe.joins = false;
        blame_[tile].add(Cause::waiting, at - pe.marked);
        change(tile, PeState::busy, at);
    } else if (threads_.in_use() && threads_.any_at_work(tile)) {
        pe.joins  = true;
        pe.marked = at;
        change(tile, PeState::waiting_in, at);
        return;
    }
    Operation const& op = *pe.operation;
    blame_[tile].add(Cause::dispatch, op.dispatch);
    counters_.worked += op.dispatch;
    finish_operation(tile, op, at + op.dispatch);
    next_operation(tile);
    begin(tile, at + op.dispatch);
}

void Reticle::run_threads()
{
    auto tiles = threads_.take_running();
    if (shared_.visiting == configs::VisitingOrder::reverse)
        std::reverse(tiles.begin(), tiles.end());
    for (auto const tile : tiles) {
        auto&             slots = threads_.of(tile);
        std::size_t const first = threads_.turn(tile);
        bool              again = false;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            auto& thread = slots[(first + i) % slots.size()];
            if (thread.remaining != 0 && !thread.waits)
                again = run_thread(TileId{tile}, thread) || again;
        }
        if (again)
            threads_.run(tile);
    }
}

// One wavelet, where there is one and there is room. True: it can go on, now or later, without being woken.
bool Reticle::run_thread(TileId tile, StreamThread& thread)
{
    if (thread.due > now_)
        return true;
    Operation const&    op    = *thread.operation;
    std::uint32_t const index = op.wavelets - thread.remaining;
    if (op.stream == Stream::receive) {
        Queue& in = queues_.at(thread.lane, tile);
        if (!in.has_landed(now_, timing_.ramp)) {
            if (std::uint32_t const fresh = in.on_ramp(now_, timing_.ramp); fresh != 0)
                landed_.at(now_ + timing_.ramp - (31u - static_cast<std::uint32_t>(__builtin_clz(fresh))))
                    .push_back(tile);
            else
                in.waiting |= Queue::pe_waits;
            thread.waits = true;
            return false;
        }
        std::uint32_t const word = queues_.front(thread.lane, tile);
        in.drop_front(timing_.depth);
        free_slot(in, Place{tile, LaneId{thread.lane}}, timing_.ramp);
        ++counters_.delivered;
        if (payload_.active())
            payload_.combine(tile, op.address, index, word, op.combine, true);
        if (shared_.probe)
            shared_.probe->wavelet(now_, global_pe(tile), global_pe(tile), op.in, WaveletEvent::eject);
    } else {
        std::uint8_t const lane = lanes_.lane(op.out, Direction::ramp);
        Queue&             out  = queues_.at(lane, tile);
        if (!threads_.ramp_free(tile, now_))
            return true;
        if (!out.room(now_, timing_.ramp)) {
            await_credit(out, Place{tile, LaneId{lane}}, timing_.ramp);
            thread.waits = true;
            return false;
        }
        threads_.use_ramp(tile, now_);
        threads_.turn(tile) = (static_cast<std::size_t>(&thread - threads_.of(tile).data()) + 1) % StreamThreads::most;
        --out.credits;
        ++counters_.injected;
        std::uint32_t const word = payload_.active() ? payload_.load(tile, op.address, index) : 0;
        arrivals_.at(now_ + 1 + timing_.ramp).push_back(Arrival{Place{tile, LaneId{lane}}, word});
        if (shared_.probe)
            shared_.probe->wavelet(now_, global_pe(tile), global_pe(tile), op.out, WaveletEvent::inject);
    }
    thread.eighths += op.interval;
    thread.due = now_ + thread.eighths / 8;
    thread.eighths %= 8;
    if (--thread.remaining != 0)
        return true;
    history_ += mix(global_pe(tile), std::uint64_t{1} << 32 | op.out | op.in << 8, thread.due);
    if (pe_[tile].joins && !threads_.any_at_work(tile)) {
        pe_[tile].starts = true;
        timers_.add(now_, std::max(thread.due, now_ + 1), tile);
    }
    return false;
}

} // namespace scribeline::fabric
