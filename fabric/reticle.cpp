#include "fabric/reticle.hpp"

#include "configs/failure.hpp"
#include "fabric/state_hash.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::bit;
using workloads::Operation;
using workloads::opposite;

Timing Timing::of(configs::Parameters const& p)
{
    return Timing{static_cast<std::uint32_t>(p.fabric.hop_latency.count()),
                  static_cast<std::uint32_t>(p.fabric.ramp_latency.count()),
                  static_cast<std::uint32_t>(p.fabric.hop_latency.count() + p.scribe.extra_latency.count()),
                  static_cast<std::uint32_t>(p.fabric.link_serialisation.count()), p.fabric.input_queue_depth};
}

Shared::Shared(workloads::Program const& program_, configs::Parameters const& p, Fault fault_, Probe* probe_)
    : program{program_}, lanes{program_, p.fabric.colors, p.fabric.switch_positions},
      geometry{p.wafer, configs::GridSize{program_.columns, program_.rows}}, timing{Timing::of(p)},
      visiting{p.run.visiting}, windows{p.run.windows}, board{program_.pes()}, fault{fault_}, probe{probe_}
{
    SCRIBELINE_EXPECT(timing.hop >= 1 && timing.ramp >= 1 && timing.serialisation >= 8);
    SCRIBELINE_EXPECT(timing.depth >= 1 && timing.depth <= 16);
}

Reticle::Reticle(Shared& shared, Block const& block)
    : shared_{shared}, program_{shared.program}, lanes_{shared.lanes}, timing_{shared.timing}, block_{block},
      tiles_{static_cast<std::uint32_t>(block.tiles())}, block_number_{block.grid_y * shared.geometry.blocks_x() +
                                                                       block.grid_x},
      delta_{-static_cast<std::int64_t>(block.width()), 1, block.width(), -1, 0}, ready_(tiles_), blocked_(tiles_),
      edges_(tiles_), route_class_(tiles_), global_(tiles_), heads_(std::size_t{lanes_.all()} * tiles_),
      words_(heads_.size() * timing_.depth), switches_(std::size_t{lanes_.switches()} * tiles_),
      turn_(std::size_t{tiles_} * 5), links_(std::size_t{tiles_} * 4),
      free_at_(timing_.serialisation == 8 ? 0 : std::size_t{tiles_} * 5), pe_(tiles_), blame_(tiles_),
      accounts_(tiles_),
      role_(tiles_), payload_{shared.program, tiles_}, arrivals_{std::max(timing_.scribe, timing_.ramp + 1) * 2ull},
      credits_{std::max(timing_.scribe, timing_.ramp) * 2ull},
      ends_(program_.operators.size()), activity_{tiles_, shared.windows}
{
    SCRIBELINE_EXPECT(tiles_ < (1u << 24) && lanes_.all() < 128);
    for (auto& head : heads_)
        head.credits = static_cast<std::uint8_t>(timing_.depth);
    for (std::uint32_t tile = 0; tile < tiles_; ++tile) {
        std::uint32_t const x = block.x0 + tile % block.width();
        std::uint32_t const y = block.y0 + tile / block.width();
        global_[tile]         = static_cast<std::uint32_t>(program_.pe(x, y));
        role_[tile]           = program_.role[global_[tile]];
        route_class_[tile]    = program_.route_class[global_[tile]];
        edges_[tile]          = static_cast<std::uint8_t>(
            (y == block.y0 ? bit(Direction::north) : 0) | (x + 1 == block.x1 ? bit(Direction::east) : 0) |
            (y + 1 == block.y1 ? bit(Direction::south) : 0) | (x == block.x0 ? bit(Direction::west) : 0));
        if (payload_.active())
            std::copy_n(program_.sram.begin() + static_cast<std::ptrdiff_t>(global_[tile] * payload_.elements()),
                        payload_.elements(), payload_.sram(tile));
    }
    for (std::size_t side = 0; side < 4; ++side)
        edge_credits_[side].assign((side % 2 ? block.height() : block.width()) * std::size_t{lanes_.routers()},
                                   static_cast<std::uint8_t>(timing_.depth));
    unfinished_ = tiles_;
    for (std::uint32_t tile = 0; tile < tiles_; ++tile)
        begin(tile, 0);
}

std::uint32_t Reticle::position(std::uint32_t tile, Direction side) const
{
    return static_cast<unsigned>(side) % 2 ? tile / block_.width() : tile % block_.width();
}

std::uint64_t Reticle::next_event() const
{
    if (!active_.empty() || !running_.empty())
        return now_;
    return std::min({arrivals_.next(now_), credits_.next(now_), timers_.next(now_)});
}

void Reticle::advance(std::uint64_t until)
{
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
    receive();
    if (shared_.visiting == configs::VisitingOrder::reverse) {
        std::reverse(active_.begin(), active_.end());
        std::reverse(running_.begin(), running_.end());
    }
    for (auto const tile : active_)
        route(tile);
    for (auto const tile : running_)
        execute(tile);
    active_.swap(next_active_);
    running_.swap(next_running_);
    next_active_.clear();
    next_running_.clear();
    ++now_;
}

// --- receive ---------------------------------------------------------------------------------------------------

void Reticle::receive()
{
    auto& credits = credits_.at(now_);
    for (auto const place : credits)
        credit(place);
    credits.clear();
    auto& arrivals = arrivals_.at(now_);
    for (auto const& arrival : arrivals)
        land(arrival);
    arrivals.clear();
    auto& due = timers_.take(now_);
    for (std::size_t i = 0; i < due.size(); ++i) // an operation of no length may add to the list
        timer(due[i]);
    due.clear();
}

void Reticle::land(Arrival const& arrival)
{
    std::uint32_t const tile = arrival.to.tile, lane = arrival.to.lane;
    QueueHead&          q = queue(lane, tile);
    SCRIBELINE_ASSERT(q.count < timing_.depth);
    std::uint32_t slot = q.head + q.count;
    if (slot >= timing_.depth)
        slot -= timing_.depth;
    words_[(std::size_t{lane} * tiles_ + tile) * timing_.depth + slot] = arrival.word;
    q.control = static_cast<std::uint16_t>((q.control & ~(1u << slot)) | (unsigned{arrival.to.control} << slot));
    if (q.count++ != 0)
        return;
    if (lane < lanes_.routers()) {
        Color const color = lanes_.color(lane);
        if (lanes_.switched(color) &&
            lanes_.routes(route_class_[tile])[lane].position != switches_[lanes_.switch_of(color) * tiles_ + tile])
            return; // its turn will come when the switch advances
        make_ready(tile, std::uint64_t{1} << lane);
    } else if (pe_[tile].state == PeState::waiting_in && pe_[tile].lane == lane) {
        resume(tile);
    }
}

void Reticle::make_ready(std::uint32_t tile, std::uint64_t lanes)
{
    if (ready_[tile] == 0 && lanes != 0)
        active_.push_back(tile);
    ready_[tile] |= lanes;
}

void Reticle::credit(Place place)
{
    if (place.control) { // from beyond the scribe line that the lane's wavelets cross
        auto const side = opposite(lanes_.in(place.lane));
        ++edge_credits_[static_cast<std::size_t>(side)][position(place.tile, side) * lanes_.routers() + place.lane];
        wake(place.tile, lanes_.color(place.lane));
        return;
    }
    QueueHead& q = queue(place.lane, place.tile);
    ++q.credits;
    if (!q.waiting)
        return;
    q.waiting = 0;
    if (place.lane >= lanes_.routers()) { // its sender is the router of this tile
        for (std::uint32_t c = 0; c < workloads::max_colors; ++c)
            if (lanes_.landing(static_cast<Color>(c)) == place.lane)
                wake(place.tile, static_cast<Color>(c));
    } else if (lanes_.in(place.lane) == Direction::ramp) {
        if (pe_[place.tile].state == PeState::waiting_out)
            resume(place.tile);
    } else {
        wake(neighbour(place.tile, lanes_.in(place.lane)), lanes_.color(place.lane));
    }
}

void Reticle::wake(std::uint32_t tile, Color color)
{
    std::uint64_t const lanes = blocked_[tile] & lanes_.mask(color);
    blocked_[tile] &= ~lanes;
    make_ready(tile, lanes);
}

// --- route -----------------------------------------------------------------------------------------------------

void Reticle::route(std::uint32_t tile)
{
    std::uint64_t const ready = ready_[tile];
    if ((ready & (ready - 1)) == 0)
        forward(tile, static_cast<std::uint32_t>(__builtin_ctzll(ready)), 0x1f);
    else
        arbitrate(tile);
    if (ready_[tile] != 0)
        next_active_.push_back(tile);
}

bool Reticle::port_free(std::uint32_t tile, Direction out) const
{
    return timing_.serialisation == 8 || free_at_[tile * 5 + static_cast<std::size_t>(out)] < 8 * (now_ + 1);
}

// The oldest wavelet of a lane leaves by those of `ports` that it needs, that are free and have room behind them.
// Copies leave one by one where they must. Returns whether a copy left.
bool Reticle::forward(std::uint32_t tile, std::uint32_t lane, std::uint8_t ports)
{
    QueueHead&          q       = queue(lane, tile);
    std::uint8_t const  outs    = lanes_.routes(route_class_[tile])[lane].outs;
    std::uint32_t const word    = words_[(std::size_t{lane} * tiles_ + tile) * timing_.depth + q.head];
    bool const          control = (q.control >> q.head) & 1u;
    std::uint8_t        missing = outs & static_cast<std::uint8_t>(~q.served);
    bool                moved   = false;
    for (std::uint8_t left = missing & ports; left != 0; left = static_cast<std::uint8_t>(left & (left - 1))) {
        auto const out = static_cast<Direction>(__builtin_ctz(left));
        if (!port_free(tile, out) || !has_room(tile, lane, out))
            continue;
        send(tile, lane, out, word, control);
        missing = static_cast<std::uint8_t>(missing & ~bit(out));
        moved   = true;
    }
    if (missing == 0) {
        pop(tile, lane, outs);
    } else {
        q.served = static_cast<std::uint8_t>(outs & ~missing);
        block_without_room(tile, lane, missing);
    }
    return moved;
}

// A lane that has room behind none of the ports that it needs sleeps until a credit comes.
void Reticle::block_without_room(std::uint32_t tile, std::uint32_t lane, std::uint8_t ports)
{
    for (; ports != 0; ports = static_cast<std::uint8_t>(ports & (ports - 1)))
        if (has_room(tile, lane, static_cast<Direction>(__builtin_ctz(ports))))
            return;
    ready_[tile] &= ~(std::uint64_t{1} << lane);
    blocked_[tile] |= std::uint64_t{1} << lane;
}

// Several lanes want to move: each output port takes one, the first after the one that it took last.
void Reticle::arbitrate(std::uint32_t tile)
{
    LaneRoute const* const       routes = lanes_.routes(route_class_[tile]);
    std::array<std::uint8_t, 64> granted{};
    std::uint64_t const          ready = ready_[tile];
    for (std::size_t port = 0; port < 5; ++port) {
        auto const    out     = static_cast<Direction>(port);
        std::uint64_t wanting = 0;
        for (std::uint64_t left = ready; left != 0; left &= left - 1) {
            auto const lane = static_cast<std::uint32_t>(__builtin_ctzll(left));
            if (routes[lane].outs & ~queue(lane, tile).served & bit(out) && has_room(tile, lane, out))
                wanting |= std::uint64_t{1} << lane;
        }
        if (wanting == 0 || !port_free(tile, out))
            continue;
        auto&               turn   = turn_[tile * 5 + port];
        std::uint64_t const behind = turn >= 63 ? 0 : wanting & (~std::uint64_t{0} << (turn + 1));
        auto const          winner = static_cast<std::uint32_t>(__builtin_ctzll(behind ? behind : wanting));
        turn                       = static_cast<std::uint8_t>(winner);
        granted[winner]            = static_cast<std::uint8_t>(granted[winner] | bit(out));
    }
    for (std::uint64_t left = ready; left != 0; left &= left - 1) {
        auto const lane = static_cast<std::uint32_t>(__builtin_ctzll(left));
        if (granted[lane] != 0)
            forward(tile, lane, granted[lane]);
        else
            block_without_room(tile, lane, routes[lane].outs & static_cast<std::uint8_t>(~queue(lane, tile).served));
    }
}

bool Reticle::has_room(std::uint32_t tile, std::uint32_t lane, Direction out)
{
    std::uint32_t const target = lanes_.target(lane, out);
    if (out != Direction::ramp && beyond_edge(tile, out))
        return edge_credits_[static_cast<std::size_t>(out)][position(tile, out) * lanes_.routers() + target] != 0;
    QueueHead& q = queue(target, out == Direction::ramp ? tile : neighbour(tile, out));
    if (q.credits != 0)
        return true;
    q.waiting = 1;
    return false;
}

bool Reticle::send(std::uint32_t tile, std::uint32_t lane, Direction out, std::uint32_t word, bool control)
{
    std::uint32_t const target = lanes_.target(lane, out);
    auto const          port   = static_cast<std::size_t>(out);
    if (timing_.serialisation != 8) {
        auto& free_at = free_at_[tile * 5 + port];
        free_at       = std::max(free_at, 8 * now_) + timing_.serialisation;
    }
    if (out == Direction::ramp) {
        --queue(target, tile).credits;
        arrivals_.at(now_ + timing_.ramp).push_back(Arrival{place(tile, target, control), word});
        ++counters_.landings;
        return true;
    }
    ++links_[port * tiles_ + tile];
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
            return false;
        outbox_[port].wavelets.push_back(Crossing{now_ + timing_.scribe, word, static_cast<std::uint16_t>(at),
                                                  static_cast<std::uint8_t>(target), control});
        return true;
    }
    std::uint32_t const to = neighbour(tile, out);
    --queue(target, to).credits;
    ++counters_.hops;
    if (shared_.fault.kind == Fault::Kind::lose_hop && shared_.fault.block == block_number_ &&
        ++lost_ == shared_.fault.count)
        return false;
    arrivals_.at(now_ + timing_.hop).push_back(Arrival{place(to, target, control), word});
    return true;
}

// The oldest wavelet has left by all its ports: the slot is free, and its sender will know.
void Reticle::pop(std::uint32_t tile, std::uint32_t lane, std::uint8_t outs)
{
    QueueHead& q       = queue(lane, tile);
    bool const control = (q.control >> q.head) & 1u;
    q.served           = 0;
    q.head             = static_cast<std::uint8_t>(q.head + 1u == timing_.depth ? 0 : q.head + 1);
    if (--q.count == 0)
        ready_[tile] &= ~(std::uint64_t{1} << lane);
    counters_.forked += static_cast<std::uint64_t>(__builtin_popcount(outs)) - 1;
    Direction const in = lanes_.in(lane);
    if (shared_.fault.kind == Fault::Kind::lose_credit && shared_.fault.block == block_number_ &&
        ++lost_ == shared_.fault.count) {
        // the credit is lost
    } else if (in != Direction::ramp && beyond_edge(tile, in)) {
        outbox_[static_cast<std::size_t>(in)].credits.push_back(Credit{
            now_ + timing_.scribe, static_cast<std::uint16_t>(position(tile, in)), static_cast<std::uint8_t>(lane)});
    } else {
        credits_.at(now_ + (in == Direction::ramp ? timing_.ramp : timing_.hop)).push_back(place(tile, lane));
    }
    if (control && lanes_.switched(lanes_.color(lane)))
        advance_switch(tile, lanes_.color(lane));
}

// A switch stops at its last position.
void Reticle::advance_switch(std::uint32_t tile, Color color)
{
    auto& position = switches_[lanes_.switch_of(color) * tiles_ + tile];
    if (position >= lanes_.last_position(route_class_[tile], color))
        return;
    ++position;
    LaneRoute const* const routes = lanes_.routes(route_class_[tile]);
    for (std::uint64_t left = lanes_.mask(color); left != 0; left &= left - 1) {
        auto const lane = static_cast<std::uint32_t>(__builtin_ctzll(left));
        if (routes[lane].outs == 0)
            continue;
        std::uint64_t const flag = std::uint64_t{1} << lane;
        if (routes[lane].position != position)
            ready_[tile] &= ~flag;
        else if (queue(lane, tile).count != 0)
            ready_[tile] |= flag; // route() keeps the tile active
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
        arrivals_.at(w.arrival).push_back(Arrival{place(tile_at(w.position), w.lane, w.control), w.word});
    }
    for (auto const& c : parcel.credits) // c.lane is the lane of the tile beyond that has room again
        credits_.at(c.arrival).push_back(place(tile_at(c.position), c.lane, true));
}

} // namespace scribeline::fabric
