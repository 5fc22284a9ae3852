// What a reticle tells after a run: its hash, what is still on its way, and who waits for whom.
#include "fabric/reticle.hpp"
#include "fabric/sender.hpp"
#include "fabric/state_hash.hpp"

#include <cstring>

#include <fmt/format.h>

namespace scribeline::fabric {

using workloads::bit;
using workloads::opposite;
using workloads::Stream;

// Every tile enters with its number in the region, so that the hash does not depend on how reticles cut it.
std::uint64_t Reticle::state_hash() const
{
    std::uint64_t hash = history_;
    for (TileId tile{0}; tile < tiles_; ++tile) {
        std::uint64_t const pe = global_[tile];
        PeAccount const&    a  = accounts_[tile];
        hash += mix(pe, mix(a.busy, a.stalled_in), mix(a.stalled_out, a.idle));
        for (std::uint64_t d = 0; d < 4; ++d)
            hash += mix(pe, 4 + d, router_[tile].sent[d]);
        for (LaneId lane{0}; lane < lanes_.all(); ++lane)
            if (auto const count = queues_.at(lane, tile).count)
                hash += mix(pe, 16 + lane, count);
        for (std::size_t i = 0; i < payload_.elements(); ++i) {
            std::uint32_t bits;
            std::memcpy(&bits, payload_.sram(tile) + i, sizeof bits);
            hash += mix(pe, 256 + i, bits);
        }
    }
    return hash;
}

std::vector<std::uint32_t> Reticle::link_counts() const
{
    std::vector<std::uint32_t> counts(std::size_t{4} * tiles_);
    for (TileId tile{0}; tile < tiles_; ++tile)
        for (std::size_t d = 0; d < 4; ++d)
            counts[d * tiles_ + tile] = router_[tile].sent[d];
    return counts;
}

Counters Reticle::counters() const
{
    Counters c = counters_;
    for (auto const& router : router_)
        for (std::size_t d = 0; d < 4; ++d)
            c.hops += router.sent[d];
    c.hops -= c.crossings_sent;
    return c;
}

std::uint64_t Reticle::in_flight() const
{
    std::uint64_t n = arrivals_.size();
    for (LaneId lane{0}; lane < lanes_.all(); ++lane)
        for (TileId tile{0}; tile < tiles_; ++tile)
            n += queues_.at(lane, tile).count;
    for (auto const& parcel : outbox_)
        n += parcel.wavelets.size();
    return n;
}

std::uint64_t Reticle::on_links() const
{
    std::uint64_t n = 0;
    arrivals_.each([&](Arrival a) { n += lanes_.is_link(a.to().lane()); });
    for (auto const& parcel : outbox_)
        n += parcel.wavelets.size();
    return n;
}

std::uint64_t Reticle::slots_accounted() const
{
    std::array<bool, 4> joined{};
    joined[static_cast<std::size_t>(Direction::north)] = block_.grid_y > 0;
    joined[static_cast<std::size_t>(Direction::south)] = block_.grid_y + 1 < shared_.geometry.blocks_y();
    joined[static_cast<std::size_t>(Direction::west)]  = block_.grid_x > 0;
    joined[static_cast<std::size_t>(Direction::east)]  = block_.grid_x + 1 < shared_.geometry.blocks_x();

    // Of the calendar of credits, those from beyond a scribe line; the others only wake somebody.
    std::uint64_t n = arrivals_.size();
    credits_.each([&](Place place) { n += place.flag(); });
    for (LaneId lane{0}; lane < lanes_.all(); ++lane)
        for (TileId tile{0}; tile < tiles_; ++tile) {
            Queue const& head = queues_.at(lane, tile);
            n += head.count;
            bool const from_beyond = lane < lanes_.routers() && lanes_.in(lane) != Direction::ramp &&
                                     beyond_edge(tile, lanes_.in(lane)) &&
                                     joined[static_cast<std::size_t>(lanes_.in(lane))];
            bool const over_longer =
                lane < lanes_.routers() && lanes_.in(lane) != Direction::ramp && is_longer(tile, lanes_.in(lane));
            n += from_beyond   ? 0
                 : over_longer ? credits_of_longer(neighbour(tile, lanes_.in(lane)), opposite(lanes_.in(lane)), lane)
                               : head.credits;
        }
    for (std::size_t side = 0; side < 4; ++side) {
        n += outbox_[side].wavelets.size() + outbox_[side].credits.size();
        if (!joined[side])
            continue;
        std::size_t const lanes = lanes_.routers();
        for (std::size_t i = 0; i < edge_credits_[side].size(); ++i)
            if (lanes_.in(static_cast<std::uint32_t>(i % lanes)) == opposite(static_cast<Direction>(side)))
                n += edge_credits_[side][i];
    }
    return n;
}

std::vector<std::string> Reticle::waiting(std::size_t at_most) const
{
    std::vector<std::string> lines;
    for (TileId tile{0}; tile < tiles_ && lines.size() < at_most; ++tile) {
        if (pe_[tile].state == PeState::idle)
            continue;
        auto const& op    = *pe_[tile].operation;
        auto const  pe    = global_[tile];
        auto const  where = [&](std::uint32_t n) {
            return fmt::format("({}, {})", n % program_.columns, n / program_.columns);
        };
        auto const what = op.op < program_.operators.size() ? program_.operators[op.op].name : std::string{"?"};
        if (pe_[tile].joins)
            lines.push_back(fmt::format("PE {} waits in `{}` for its streams in the background{}", where(pe), what,
                                        threads_.waiting(tile)));
        else if (pe_[tile].state == PeState::waiting_in)
            lines.push_back(fmt::format("PE {} waits in `{}` for wavelet {} of {} of color {} from PE {}", where(pe),
                                        what, op.wavelets - pe_[tile].remaining + 1, op.wavelets, op.in,
                                        where(sender_of(program_, pe, op))));
        else if (pe_[tile].state == PeState::waiting_out)
            lines.push_back(
                fmt::format("PE {} waits in `{}` for room in its router for color {}", where(pe), what, op.out));
        else
            lines.push_back(fmt::format("PE {} is in `{}`", where(pe), what));
    }
    return lines;
}

} // namespace scribeline::fabric
