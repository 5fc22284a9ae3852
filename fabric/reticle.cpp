#include "fabric/reticle.hpp"

#include "configs/failure.hpp"
#include "fabric/state_hash.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::bit;
using workloads::Operation;
using workloads::opposite;

namespace {

constexpr std::uint64_t sweep_interval = std::uint64_t{1} << 26; // cycles

} // namespace

Timing Timing::of(configs::Parameters const& p)
{
    return Timing{static_cast<std::uint32_t>(p.fabric.hop_latency.count()),
                  static_cast<std::uint32_t>(p.fabric.ramp_latency.count()),
                  static_cast<std::uint32_t>(p.fabric.hop_latency.count() + p.scribe.extra_latency.count()),
                  static_cast<std::uint32_t>(p.fabric.link_serialisation.count()),
                  static_cast<std::uint32_t>(configs::scribe_serialisation(p).count()), p.fabric.input_queue_depth,
                  // A port is busy for so long after a wavelet, and one cycle decides about the next.
                  static_cast<std::uint32_t>(configs::scribe_serialisation(p).count() + 7) / 8 + 1};
}

Shared::Shared(workloads::Program const& program_, configs::Parameters const& p, Fault fault_, Probe* probe_,
               Origin origin, LongerHops const* longer_)
    : program{program_}, lanes{program_, p.fabric.colors, p.fabric.switch_positions},
      operations{program_}, geometry{p.wafer, configs::GridSize{program_.columns, program_.rows}, origin},
      timing{Timing::of(p)}, visiting{p.run.visiting}, windows{p.run.windows}, board{program_.pes()}, fault{fault_},
      probe{probe_}, longer{longer_ && longer_->longest() != 0 ? longer_ : nullptr}
{
    SCRIBELINE_EXPECT(timing.hop >= 1 && timing.ramp >= 1 && timing.serialisation >= 8);
    SCRIBELINE_EXPECT(timing.depth >= 1 && timing.depth <= 16);
    SCRIBELINE_EXPECT(!longer || (longer->columns() == program.columns && longer->rows() == program.rows));
    SCRIBELINE_EXPECT(timing.hop <= Queue::longest_latency && timing.ramp <= Queue::longest_latency);
}

Reticle::Reticle(Shared& shared, Block const& block)
    : shared_{shared}, program_{shared.program}, lanes_{shared.lanes}, timing_{shared.timing}, block_{block},
      tiles_{static_cast<std::uint32_t>(block.tiles())}, block_number_{block.grid_y * shared.geometry.blocks_x() +
                                                                       block.grid_x},
      delta_{-static_cast<std::int64_t>(block.width()), 1, block.width(), -1, 0}, router_(tiles_),
      contested_(tiles_), queues_{lanes_.all(), tiles_, timing_.depth, shared.program.sram_elements != 0},
      global_(tiles_), switches_(std::size_t{lanes_.switches()} * tiles_), sweep_at_{sweep_interval}, pe_(tiles_),
      blame_(tiles_), accounts_(tiles_), payload_{shared.program, tiles_}, threads_{shared.program, tiles_},
      arrivals_{(std::max(timing_.scribe, timing_.ramp + 1) + (shared.longer ? shared.longer->longest() : 0)) * 2ull},
      credits_{(std::max(timing_.scribe, timing_.ramp) + (shared.longer ? shared.longer->longest() : 0)) * 2ull},
      landed_{timing_.ramp * 2ull}, ends_(program_.operators.size()), activity_{tiles_, shared.windows}
{
    SCRIBELINE_EXPECT(tiles_ < (1u << 24) && lanes_.all() < 128);
    for (TileId tile{0}; tile < tiles_; ++tile) {
        std::uint32_t const x = block.x0 + tile % block.width();
        std::uint32_t const y = block.y0 + tile / block.width();
        global_[tile]         = static_cast<std::uint32_t>(program_.pe(x, y));
        pe_[tile].role        = program_.role[global_[tile]];
        router_[tile].routes  = program_.route_class[global_[tile]];
        router_[tile].edges   = static_cast<std::uint8_t>(
            (y == block.y0 ? bit(Direction::north) : 0) | (x + 1 == block.x1 ? bit(Direction::east) : 0) |
            (y + 1 == block.y1 ? bit(Direction::south) : 0) | (x == block.x0 ? bit(Direction::west) : 0));
        if (payload_.active())
            std::copy_n(program_.sram.begin() + static_cast<std::ptrdiff_t>(global_[tile] * payload_.elements()),
                        payload_.elements(), payload_.sram(tile));
    }
    for (std::size_t side = 0; side < 4; ++side)
        edge_credits_[side].assign((side % 2 ? block.height() : block.width()) * std::size_t{lanes_.routers()},
                                   static_cast<std::uint8_t>(timing_.depth));
    find_ways();
    if (shared.longer)
        find_longer_links();
    watched_    = shared.probe != nullptr || shared.fault.kind != Fault::Kind::none;
    unfinished_ = tiles_;
    SCRIBELINE_EXPECT(program_.start.empty() || program_.start.size() == program_.pes());
    for (TileId tile{0}; tile < tiles_; ++tile) {
        if (!program_.scripts.empty()) {
            auto const& plays = program_.scripts[program_.script[global_[tile]]];
            SCRIBELINE_EXPECT(!plays.empty() && plays.size() < 256);
            pe_[tile].pc = program_.segments[pe_[tile].role][plays.front().first];
            follow_script(tile);
        }
        std::uint64_t const first = program_.start.empty() ? 0 : program_.start[global_[tile]];
        if (first == 0 || program_.roles[pe_[tile].role].empty()) { // without a program there is nothing to wait for
            begin(tile, 0);
        } else {
            pe_[tile].state = PeState::idle;
            timers_.add(0, first, tile);
        }
    }
}

void Reticle::find_ways()
{
    for (auto const& [lane, outs] : lanes_.ways()) {
        Way way;
        way.outs       = outs;
        way.sides      = static_cast<std::uint8_t>((outs | bit(lanes_.in(lane))) & ~bit(Direction::ramp));
        way.general    = lanes_.is_switched(lane);
        way.in_latency = static_cast<std::uint8_t>(lanes_.is_link(lane) ? timing_.hop : timing_.ramp);
        for (std::uint8_t left = outs; left != 0; left = static_cast<std::uint8_t>(left & (left - 1))) {
            auto const          port   = static_cast<std::size_t>(__builtin_ctz(left));
            std::uint32_t const target = lanes_.target(lane, static_cast<Direction>(port));
            auto const          jump   = (std::int64_t{target} - lane) * tiles_ + delta_[port];
            way.out[way.copies++]      = Way::Out{
                static_cast<std::int32_t>(jump), static_cast<std::uint32_t>(delta_[port]) + (target << 24),
                static_cast<std::uint8_t>(port == 4 ? timing_.ramp : timing_.hop), static_cast<std::uint8_t>(port)};
        }
        ways_.push_back(way);
    }
}

void Reticle::find_longer_links()
{
    auto const& longer = *shared_.longer;
    more_.resize(std::size_t{4} * tiles_);
    longer_number_.resize(std::size_t{4} * tiles_);
    std::uint32_t count = 0;
    for (TileId tile{0}; tile < tiles_; ++tile) {
        std::uint32_t const                x = block_.x0 + tile % block_.width(), y = block_.y0 + tile / block_.width();
        std::array<std::uint32_t, 4> const cycles{y > 0 ? longer.south(x, y - 1) : 0, longer.east(x, y),
                                                  longer.south(x, y), x > 0 ? longer.east(x - 1, y) : 0};
        for (std::size_t d = 0; d < 4; ++d) {
            auto const side          = static_cast<Direction>(d);
            more_[d * tiles_ + tile] = static_cast<std::uint16_t>(cycles[d]);
            if (cycles[d] == 0 || beyond_edge(tile, side))
                continue;
            router_[tile].edges = static_cast<std::uint8_t>(router_[tile].edges | bit(side) | bit(side) << 4);
            longer_number_[d * tiles_ + tile] = count++;
        }
    }
    longer_credits_.assign(std::size_t{count} * lanes_.routers(), static_cast<std::uint8_t>(timing_.depth));
}

std::uint32_t Reticle::position(TileId tile, Direction side) const
{
    return static_cast<unsigned>(side) % 2 ? tile / block_.width() : tile % block_.width();
}

std::uint64_t Reticle::next_event() const
{
    if (!active_.empty() || !running_.empty() || threads_.some_run())
        return now_;
    return std::min({arrivals_.next(now_), credits_.next(now_), landed_.next(now_), timers_.next(now_)});
}

void Reticle::advance(std::uint64_t until)
{
    quantum_begin_ = now_;
    while (now_ < until) {
        std::uint64_t const next = next_event();
        if (next >= until) {
            now_ = until;
            return;
        }
        now_ = next;
        step();
    }
}

void Reticle::step()
{
    if (now_ >= activity_.next_boundary())
        close_windows(now_);
    if (now_ >= sweep_at_)
        sweep_ports();
    receive();
    if (shared_.visiting == configs::VisitingOrder::reverse) {
        std::reverse(active_.end() - active_.size(), active_.end());
        std::reverse(running_.end() - running_.size(), running_.end());
    }
    if (timing_.serialisation == 8)
        route_all<true>();
    else
        route_all<false>();
    execute_all();
    std::swap(active_, next_active_);
    std::swap(running_, next_running_);
    next_active_.clear();
    next_running_.clear();
    ++now_;
}

// Room behind a scribe line or a longer link, or a credit that somebody on this reticle waits for.
void Reticle::credit(Place place)
{
    if (!place.flag())
        return wake_sender(place);
    auto const side = opposite(lanes_.in(place.lane()));
    if (is_longer(place.tile(), side))
        ++credits_of_longer(place.tile(), side, place.lane());
    else
        ++edge_credits_[static_cast<std::size_t>(side)][position(place.tile(), side) * lanes_.routers() + place.lane()];
    wake(place.tile(), lanes_.color(place.lane()));
}

void Reticle::wake_sender(Place place)
{
    auto const tile = place.tile();
    auto const lane = place.lane();
    if (lane >= lanes_.routers()) // the router of this tile
        wake(tile, lanes_.landing_color(lane));
    else if (lanes_.in(lane) != Direction::ramp)
        wake(neighbour(tile, lanes_.in(lane)), lanes_.color(lane));
    else if (threads_.in_use())
        room(tile);
    else if (pe_[tile].state == PeState::waiting_out)
        resume(tile);
}

// The sender found no room. It is woken when the first credit that is on its way arrives, or the next that is given.
void Reticle::await_credit(Queue& queue, Place place, std::uint32_t latency)
{
    if (std::uint32_t const fresh = queue.travelling(now_, latency); fresh != 0)
        credits_.at(now_ + latency - (31u - static_cast<std::uint32_t>(__builtin_clz(fresh)))).push_back(place);
    else
        queue.waiting |= Queue::sender_waits;
}

// A PE finds no wavelet of its stream. It is woken when the first that is on the ramp has landed, or the next that is
// sent. False: there is one.
bool Reticle::await_landing(TileId tile)
{
    Queue& queue = queues_.at(pe_[tile].lane, tile);
    if (queue.has_landed(now_, timing_.ramp))
        return false;
    if (std::uint32_t const fresh = queue.on_ramp(now_, timing_.ramp); fresh != 0)
        landed_.at(now_ + timing_.ramp - (31u - static_cast<std::uint32_t>(__builtin_clz(fresh)))).push_back(tile);
    else
        queue.waiting |= Queue::pe_waits;
    return true;
}

void Reticle::wake(TileId tile, Color color)
{
    std::uint64_t const lanes = router_[tile].blocked & lanes_.mask(color);
    router_[tile].blocked &= ~lanes;
    make_ready(tile, lanes);
}

void Reticle::make_ready(TileId tile, std::uint64_t lanes)
{
    if (router_[tile].ready == 0 && lanes != 0)
        active_.push_back(tile);
    router_[tile].ready |= lanes;
}

bool Reticle::port_free(TileId tile, Direction out) const
{
    return timing_.unit_rate() || router_[tile].port_free(static_cast<std::size_t>(out), now_);
}

// A port that has been free for 2^31 eighths of a cycle would seem to be busy for as long.
void Reticle::sweep_ports()
{
    bool const quiet =
        now_ - sweep_at_ >= sweep_interval / 2; // nothing has moved since: a wavelet takes 1024 cycles at most
    for (auto& router : router_)
        for (std::size_t port = 0; port < 5; ++port)
            if (quiet || router.port_free(port, now_))
                router.free_at[port] = static_cast<std::uint32_t>(8 * now_);
    sweep_at_ = now_ + sweep_interval;
}

// The oldest wavelet of a lane leaves by those of `ports` that it needs, that are free and have room behind them.
// Copies leave one by one where they must.
void Reticle::forward(TileId tile, LaneId lane, std::uint8_t ports)
{
    Queue&              q       = queues_.at(lane, tile);
    std::uint8_t const  outs    = routes_of(tile)[lane].outs;
    std::uint32_t const word    = queues_.front(lane, tile);
    bool const          control = q.front_is_control();
    std::uint8_t        missing = outs & static_cast<std::uint8_t>(~q.served);
    for (std::uint8_t left = missing & ports; left != 0; left = static_cast<std::uint8_t>(left & (left - 1))) {
        auto const out = static_cast<Direction>(__builtin_ctz(left));
        if (!port_free(tile, out) || !has_room(tile, lane, out))
            continue;
        send(tile, lane, out, word, control);
        missing = static_cast<std::uint8_t>(missing & ~bit(out));
    }
    if (missing == 0) {
        pop(tile, lane, outs);
    } else {
        q.served = static_cast<std::uint8_t>(outs & ~missing);
        block_without_room(tile, lane, missing);
    }
}

// A lane that has room behind none of the ports that it needs sleeps until a credit comes.
void Reticle::block_without_room(TileId tile, LaneId lane, std::uint8_t ports)
{
    for (std::uint8_t left = ports; left != 0; left = static_cast<std::uint8_t>(left & (left - 1)))
        if (has_room(tile, lane, static_cast<Direction>(__builtin_ctz(left))))
            return;
    for (std::uint8_t left = ports; left != 0; left = static_cast<std::uint8_t>(left & (left - 1)))
        await_room(tile, lane, static_cast<Direction>(__builtin_ctz(left)));
    router_[tile].ready &= ~(std::uint64_t{1} << lane);
    router_[tile].blocked |= std::uint64_t{1} << lane;
}

// Several lanes want to move. A port that only one of them can use takes it; a port that several compete for takes the
// first behind the one that won it last. Arbiters for which nobody has competed for a while start over, so that what a
// collective does depends on nothing that ran before it.
void Reticle::arbitrate(TileId tile)
{
    LaneRoute const* const       routes = routes_of(tile);
    std::array<std::uint8_t, 64> granted{};
    std::uint64_t const          ready     = router_[tile].ready;
    bool                         contested = false;
    if (static_cast<std::uint32_t>(now_) - contested_[tile] > timing_.memory)
        std::fill(std::begin(router_[tile].turn), std::end(router_[tile].turn), nobody);
    for (std::size_t port = 0; port < 5; ++port) {
        auto const    out     = static_cast<Direction>(port);
        std::uint64_t wanting = 0;
        for (std::uint64_t left = ready; left != 0; left &= left - 1) {
            auto const lane = LaneId{static_cast<std::uint32_t>(__builtin_ctzll(left))};
            if (routes[lane].outs & ~queues_.at(lane, tile).served & bit(out) && has_room(tile, lane, out))
                wanting |= std::uint64_t{1} << lane;
        }
        if (wanting == 0 || !port_free(tile, out))
            continue;
        auto winner = static_cast<std::uint32_t>(__builtin_ctzll(wanting));
        if ((wanting & (wanting - 1)) != 0) {
            auto&               turn   = router_[tile].turn[port];
            std::uint64_t const behind = turn >= 63 ? 0 : wanting & (~std::uint64_t{0} << (turn + 1));
            if (behind != 0)
                winner = static_cast<std::uint32_t>(__builtin_ctzll(behind));
            turn      = static_cast<std::uint8_t>(winner);
            contested = true;
        }
        granted[winner] = static_cast<std::uint8_t>(granted[winner] | bit(out));
    }
    if (contested)
        contested_[tile] = static_cast<std::uint32_t>(now_);
    for (std::uint64_t left = ready; left != 0; left &= left - 1) {
        auto const lane = LaneId{static_cast<std::uint32_t>(__builtin_ctzll(left))};
        if (granted[lane] != 0)
            forward(tile, lane, granted[lane]);
        else
            block_without_room(tile, lane,
                               routes[lane].outs & static_cast<std::uint8_t>(~queues_.at(lane, tile).served));
    }
}

bool Reticle::has_room(TileId tile, LaneId lane, Direction out) const
{
    auto const target = LaneId{lanes_.target(lane, out)};
    if (out == Direction::ramp)
        return queues_.at(target, tile).room(now_, timing_.ramp);
    if (beyond_edge(tile, out))
        return edge_credits_[static_cast<std::size_t>(out)][position(tile, out) * lanes_.routers() + target] != 0;
    if (is_longer(tile, out))
        return credits_of_longer(tile, out, target) != 0;
    return queues_.at(target, neighbour(tile, out)).room(now_, timing_.hop);
}

// A credit from beyond a scribe line or a longer link wakes the lane by itself.
void Reticle::await_room(TileId tile, LaneId lane, Direction out)
{
    auto const target = LaneId{lanes_.target(lane, out)};
    if (out == Direction::ramp)
        await_credit(queues_.at(target, tile), Place{tile, target}, timing_.ramp);
    else if (!beyond_edge(tile, out) && !is_longer(tile, out))
        await_credit(queues_.at(target, neighbour(tile, out)), Place{neighbour(tile, out), target}, timing_.hop);
}

void Reticle::send(TileId tile, LaneId lane, Direction out, std::uint32_t word, bool control)
{
    auto const target = LaneId{lanes_.target(lane, out)};
    auto const port   = static_cast<std::size_t>(out);
    if (!timing_.unit_rate())
        router_[tile].occupy(
            port, now_, out != Direction::ramp && beyond_edge(tile, out) ? timing_.at_scribe : timing_.serialisation);
    ++router_[tile].sent[port];
    if (out == Direction::ramp) {
        Queue& landing = queues_.at(target, tile);
        --landing.credits;
        std::uint32_t const slot = landing.push(control, timing_.depth);
        if (queues_.have_words())
            queues_.store(target, tile, slot, word);
        land(tile, landing);
        return;
    }
    if (shared_.probe)
        shared_.probe->wavelet(
            now_, global_pe(tile),
            static_cast<std::uint32_t>(
                static_cast<std::int64_t>(global_pe(tile)) +
                (port % 2 ? (port == 1 ? 1 : -1) : (port == 2 ? 1 : -1) * static_cast<std::int64_t>(program_.columns))),
            lanes_.color(lane), WaveletEvent::hop);
    if (beyond_edge(tile, out)) {
        auto const at = position(tile, out);
        --edge_credits_[port][at * lanes_.routers() + target];
        ++counters_.crossings_sent;
        if (shared_.fault.kind == Fault::Kind::lose_crossing && shared_.fault.block == block_number_ &&
            ++lost_ == shared_.fault.count)
            return;
        outbox_[port].wavelets.push_back(Crossing{now_ + timing_.scribe + more(tile, out), word,
                                                  static_cast<std::uint16_t>(at), static_cast<std::uint8_t>(target),
                                                  control});
        return;
    }
    auto const to     = neighbour(tile, out);
    bool const longer = is_longer(tile, out);
    --(longer ? credits_of_longer(tile, out, target) : queues_.at(target, to).credits);
    if (shared_.fault.kind == Fault::Kind::lose_hop && shared_.fault.block == block_number_ &&
        ++lost_ == shared_.fault.count)
        return;
    arrivals_.at(now_ + timing_.hop + (longer ? more(tile, out) : 0))
        .push_back(Arrival{Place{to, target, control}, word});
}

// The oldest wavelet has left by all its ports: the slot is free, and its sender will know.
void Reticle::pop(TileId tile, LaneId lane, std::uint8_t outs)
{
    Queue&     q       = queues_.at(lane, tile);
    bool const control = q.front_is_control();
    q.served           = 0;
    q.drop_front(timing_.depth);
    if (q.count == 0)
        router_[tile].ready &= ~(std::uint64_t{1} << lane);
    counters_.forked += ones(outs) - 1;
    Direction const in = lanes_.in(lane);
    if (shared_.fault.kind == Fault::Kind::lose_credit && shared_.fault.block == block_number_ &&
        ++lost_ == shared_.fault.count) {
        // the credit is lost
    } else if (in == Direction::ramp) {
        free_slot(q, Place{tile, lane}, timing_.ramp);
    } else if (is_longer(tile, in)) {
        credits_.at(now_ + timing_.hop + more(tile, in)).push_back(Place{neighbour(tile, in), lane, true});
    } else if (!beyond_edge(tile, in)) {
        free_slot(q, Place{tile, lane}, timing_.hop);
    } else {
        outbox_[static_cast<std::size_t>(in)].credits.push_back(Credit{now_ + timing_.scribe + more(tile, in),
                                                                       static_cast<std::uint16_t>(position(tile, in)),
                                                                       static_cast<std::uint8_t>(lane)});
    }
    if (control && lanes_.switched(lanes_.color(lane)))
        advance_switch(tile, lanes_.color(lane));
}

bool Reticle::serves(TileId tile, LaneId lane) const
{
    return routes_of(tile)[lane].position == switches_[lanes_.switch_of(lanes_.color(lane)) * tiles_ + tile];
}

// A switch stops at its last position.
void Reticle::advance_switch(TileId tile, Color color)
{
    auto& position = switches_[lanes_.switch_of(color) * tiles_ + tile];
    if (position >= lanes_.last_position(router_[tile].routes, color))
        return;
    ++position;
    LaneRoute const* const routes = routes_of(tile);
    for (std::uint64_t left = lanes_.mask(color); left != 0; left &= left - 1) {
        auto const lane = LaneId{static_cast<std::uint32_t>(__builtin_ctzll(left))};
        if (routes[lane].outs == 0)
            continue;
        std::uint64_t const flag = std::uint64_t{1} << lane;
        if (routes[lane].position != position)
            router_[tile].ready &= ~flag;
        else if (queues_.at(lane, tile).count != 0)
            router_[tile].ready |= flag; // route() keeps the tile active
    }
}

// --- scribe lines ----------------------------------------------------------------------------------------------

void Reticle::deliver(Direction side, Parcel const& parcel)
{
    auto const tile_at = [&](std::uint32_t position) {
        switch (side) {
        case Direction::north:
            return position;
        case Direction::south:
            return tiles_ - block_.width() + position;
        case Direction::west:
            return position * block_.width();
        default:
            return position * block_.width() + block_.width() - 1;
        }
    };
    for (auto const& w : parcel.wavelets) {
        SCRIBELINE_ASSERT(w.arrival >= now_);
        ++counters_.crossings_received;
        arrivals_.at(w.arrival).push_back(
            Arrival{Place{TileId{tile_at(w.position)}, LaneId{w.lane}, w.control}, w.word});
    }
    for (auto const& c : parcel.credits) // c.lane is the lane of the tile beyond that has room again
        credits_.at(c.arrival).push_back(Place(TileId{tile_at(c.position)}, LaneId{c.lane}, true));
}

} // namespace scribeline::fabric
