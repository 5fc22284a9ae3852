// Who goes: which flits leave their queues in a cycle, and over which side and virtual channel of the router.
//
//     head of a queue -> lanes that its route asks for -> a channel (one arbiter a lane) -> the crossbar (one a side)
#pragma once

#include "fabric/packet/packet_engine.hpp"

// Members are `inline`, as they would be inside the class: how the compiler weighs calls depends on it.
namespace scribeline::fabric {

// Virtual channels that a head may ask for on a side. The halves keep apart the two orders of o1turn, and packets
// before and after the edge of a torus; channel 0 is the way out of adaptive routing.
template <unsigned channels>
inline std::uint32_t PacketEngine<channels>::channels_of_class(bool late, bool wrapped) const
{
    constexpr std::uint32_t lower = (1u << (channels / 2)) - 1;
    if (p_.routing == Routing::o1turn)
        return late ? of_one_side & ~lower : lower;
    if (p_.torus)
        return wrapped ? of_one_side & ~lower : lower;
    return of_one_side;
}

// Bits of the lanes (side x channels + channel) that a head asks for: the channels that are free on one side.
template <unsigned channels> inline std::uint64_t
PacketEngine<channels>::lanes_wanted(std::uint32_t tile, Place at, Flit const& flit, std::uint64_t free) const
{
    if (p_.routing <= Routing::o1turn) {
        auto const side = lowest(flit.ways());
        auto       bits = static_cast<std::uint32_t>(free >> (side * channels)) & of_one_side;
        if (channels > 1 && side < 4 && (p_.routing == Routing::o1turn || p_.torus))
            bits &= channels_of_class(flit.is(Flit::late), crosses_class(at, flit, side));
        return std::uint64_t{bits} << (side * channels);
    }
    // Whichever way has most room; channel 0 of adaptive routing only along the way of xy.
    auto       best   = std::uint64_t{0};
    auto       most   = 0u;
    auto const escape = p_.routing == Routing::adaptive
                            ? ways_of(Routing::xy, at, flit.to(), false, p_.columns, p_.rows, false)
                            : 0x1fu;
    for (auto ways = flit.ways(); ways != 0; ways &= ways - 1) {
        auto const side = lowest(ways);
        auto       bits = static_cast<std::uint32_t>(free >> (side * channels)) & of_one_side;
        if (side < 4 && p_.routing == Routing::adaptive) {
            if ((escape >> side & 1) == 0)
                bits &= ~1u;
            // A head behind another packet in an adaptive channel's queue could not ask for the way out.
            for (auto rest = bits & ~1u; rest != 0; rest &= rest - 1)
                if (credits_[std::size_t{tile} * lanes + side * channels + lowest(rest)] < p_.depth)
                    bits &= ~(rest & -rest);
        }
        if (bits == 0)
            continue;
        auto room = side == 4 ? 65536u : 1u;
        for (auto rest = bits; rest != 0 && side < 4; rest &= rest - 1)
            room += credits_[std::size_t{tile} * lanes + side * channels + lowest(rest)];
        if (room > most) {
            most = room;
            best = std::uint64_t{bits} << (side * channels);
        }
    }
    return best;
}

// The same with one channel a side; the number of a side, which is taken when it has to be.
template <unsigned channels> inline unsigned
PacketEngine<channels>::side_wanted(std::uint32_t tile, Place at, Flit const& flit, std::uint32_t free) const
{
    auto const wanted = lanes_wanted(tile, at, flit, free & all_lanes);
    return wanted != 0 ? lowest(wanted) : lowest(flit.ways());
}

template <unsigned channels>
inline bool PacketEngine<channels>::crosses_class(Place at, Flit const& flit, unsigned side) const
{
    if (!p_.torus)
        return false;
    return wraps(at, side) || flit.has_wrapped();
}

template <unsigned channels> inline std::uint64_t PacketEngine<channels>::allocate()
{
    auto const before = counters_.router_passes;
    auto&      links  = arrivals_[(now_ + hop_) % wheel];
    auto&      back   = credits_due_[(now_ + credit_) % wheel];
    // A side sends one flit a cycle at most, and every flit that goes sends a credit back.
    auto now = Now{flits_.data(),
                   first_.data(),
                   held_.data(),
                   takes_.data(),
                   credits_.data(),
                   ready_.data(),
                   open_.data(),
                   busy_.data(),
                   side_turn_.data(),
                   grant_turn_.data(),
                   sent_.data(),
                   plain_ ? links.fill(std::size_t{tiles_} * 4) : nullptr,
                   plain_ ? back.fill(std::size_t{tiles_} * sides) : nullptr,
                   p_.depth,
                   p_.columns};
    if (plain_) {
        allocate_everywhere<true>(now);
        links.filled_to(now.links);
        back.filled_to(now.credits_back);
    } else {
        allocate_everywhere<false>(now);
    }
    return counters_.router_passes - before;
}

// `plain`: a mesh with routing xy whose links are all alike.
template <unsigned channels> template <bool plain> inline void PacketEngine<channels>::allocate_everywhere(Now& shared)
{
    auto       now  = shared; // nobody else has its address
    auto const rows = p_.rows, columns = p_.columns;
    auto       tile = std::uint32_t{0};
    for (std::uint32_t y = 0; y < rows; ++y)
        for (std::uint32_t x = 0; x < columns; ++x, ++tile)
            if (now.ready[tile] != 0) {
                if constexpr (channels == 1)
                    allocate_one_channel<plain>(now, tile, {x, y});
                else
                    allocate_channels<plain>(now, tile, {x, y});
            }
    counters_.router_passes += now.passes;
    shared = now;
}

// With one channel a side, a packet that has it bids alone, and all heads that want a side bid for the same.
template <unsigned channels> template <bool plain>
[[gnu::always_inline]] inline void PacketEngine<channels>::allocate_one_channel(Now& now, std::uint32_t tile, Place at)
{
    auto const    open         = static_cast<std::uint32_t>(now.open[tile] | to_local);
    auto const    busy         = static_cast<std::uint32_t>(now.busy[tile]);
    auto const    row          = tile * lanes;
    std::uint32_t heads[sides] = {}; // of each side out: bits of sides in
    auto          any          = 0u;
    for (auto rest = static_cast<std::uint32_t>(now.ready[tile]); rest != 0; rest &= rest - 1) {
        auto const in   = static_cast<unsigned>(__builtin_ctz(rest));
        unsigned   lane = now.takes[row + in];
        if (lane != idle) {
            if ((open >> lane & 1) != 0 && (plain || !link_is_taken(tile, lane)))
                pass<plain>(now, tile, at, in, 0, lane, lane);
            continue;
        }
        auto const& flit = now.flits[std::size_t{row + in} * now.depth + now.first[row + in]];
        lane             = plain ? lowest(flit.ways()) : side_wanted(tile, at, flit, ~busy);
        if ((busy >> lane & 1) == 0 && (plain || !link_is_taken(tile, lane))) {
            heads[lane] |= 1u << in;
            any |= 1u << lane;
        }
    }
    for (; any != 0; any &= any - 1) {
        auto const out    = static_cast<unsigned>(__builtin_ctz(any));
        auto const winner = given_to(heads[out], now.grant_turn[row + out]);
        // The crossbar has an arbiter of its own, which hears only of what could cross now.
        if ((open >> out & 1) != 0 && given_to(heads[out], now.side_turn[row + out]) == winner) {
            pass<plain>(now, tile, at, winner, 0, out, out);
        } else {
            now.takes[row + winner] = static_cast<std::uint8_t>(out);
            now.busy[tile] |= static_cast<Mask>(Mask{1} << out);
        }
    }
}

// One of those who ask, round robin.
template <unsigned channels> template <class Bits>
inline unsigned PacketEngine<channels>::given_to(Bits asking, std::uint8_t& turn)
{
    auto const behind = asking & (~Bits{0} << turn);
    auto const winner = lowest(behind != 0 ? behind : asking);
    turn              = static_cast<std::uint8_t>(winner + 1);
    return winner;
}

// One iteration of a separable allocator for channels and of two for the crossbar, input first, all round robin. A
// head asks for a channel and for the crossbar at once: it crosses in the cycle in which it is given a channel, if
// the crossbar has chosen it too, and nobody who has a channel wants that side. Otherwise it keeps the channel.
template <unsigned channels> template <bool plain>
[[gnu::always_inline]] inline void PacketEngine<channels>::allocate_channels(Now& now, std::uint32_t tile, Place at)
{
    std::uint64_t const open           = now.open[tile] | to_local; // the processing element takes what comes
    std::uint64_t const free           = ~std::uint64_t{now.busy[tile]} & all_lanes;
    auto const          row            = std::size_t{tile} * sides;
    auto const          base           = tile * lanes;
    std::uint32_t       bids[2][sides] = {};      // [heads?][out]: bits of sides in
    std::uint8_t        of_pair[2][sides][sides]; // [heads?][in][out]: bits of channels
    std::uint32_t       any[2] = {};              // bits of sides out
    std::uint64_t       asked_by[lanes];          // of each lane out: bits of lanes in
    std::uint64_t       asked = 0, given = 0;
    auto                wanted_by_owners = 0u; // sides out
    for (unsigned in = 0; in < sides; ++in) {
        auto bits = static_cast<std::uint32_t>(std::uint64_t{now.ready[tile]} >> (in * channels)) & of_one_side;
        if (bits == 0)
            continue;
        std::uint32_t outs[2] = {};
        for (; bits != 0; bits &= bits - 1) {
            auto const channel = static_cast<unsigned>(__builtin_ctz(bits));
            auto const lane_in = in * channels + channel;
            unsigned   lane    = now.takes[base + lane_in];
            auto const heads   = lane == idle ? 1u : 0u;
            if (heads != 0) {
                auto const& flit   = now.flits[std::size_t{base + lane_in} * now.depth + now.first[base + lane_in]];
                auto const  wanted = plain ? free & std::uint64_t{of_one_side} << (lowest(flit.ways()) * channels)
                                           : lanes_wanted(tile, at, flit, free);
                if (wanted == 0)
                    continue;
                auto const behind = wanted & (~std::uint64_t{0} << accept_turn_[base + lane_in]);
                lane              = lowest(behind != 0 ? behind : wanted);
                if ((asked >> lane & 1) == 0)
                    asked_by[lane] = 0;
                asked |= std::uint64_t{1} << lane;
                asked_by[lane] |= std::uint64_t{1} << lane_in;
                if ((wanted & open) == 0)
                    continue;
            } else if ((open >> lane & 1) == 0) {
                continue;
            }
            if (!plain && link_is_taken(tile, lane))
                continue;
            auto const out = lane / channels;
            if ((outs[heads] >> out & 1) == 0)
                of_pair[heads][in][out] = 0;
            outs[heads] |= 1u << out;
            of_pair[heads][in][out] |= static_cast<std::uint8_t>(1u << channel);
        }
        wanted_by_owners |= outs[0];
        for (unsigned heads = 0; heads < 2; ++heads)
            if (outs[heads] != 0) {
                auto const out = next_of(outs[heads], out_turn_[heads][row + in]);
                bids[heads][out] |= 1u << in;
                any[heads] |= 1u << out;
            }
    }
    for (auto rest = asked; rest != 0; rest &= rest - 1) {
        auto const lane         = lowest(rest);
        auto const in           = given_to(asked_by[lane], now.grant_turn[base + lane]);
        accept_turn_[base + in] = static_cast<std::uint8_t>(lane + 1);
        given |= std::uint64_t{1} << in;
        now.takes[base + in] = static_cast<std::uint8_t>(lane);
        now.busy[tile] |= static_cast<Mask>(Mask{1} << lane);
    }
    auto taken_in = 0u;
    for (unsigned heads = 0; heads < 2; ++heads) {
        auto const owners_in = taken_in;
        for (auto rest = any[heads]; rest != 0; rest &= rest - 1) {
            auto const out = static_cast<unsigned>(__builtin_ctz(rest));
            auto const in =
                given_to(bids[heads][out], now.side_turn[(heads * std::size_t{tiles_} + tile) * sides + out]);
            out_turn_[heads][row + in] = static_cast<std::uint8_t>(out + 1);
            if (heads != 0 && ((owners_in >> in & 1) != 0 || (wanted_by_owners >> out & 1) != 0))
                continue;
            taken_in |= 1u << in;
            auto const channel = given_to(std::uint32_t{of_pair[heads][in][out]}, channel_turn_[row + in]);
            auto const lane_in = in * channels + channel;
            if (heads != 0 && ((given >> lane_in & 1) == 0 || (open >> now.takes[base + lane_in] & 1) == 0))
                continue; // the crossbar stood ready for a head that was given no channel, or a full one
            pass<plain>(now, tile, at, in, channel, out, now.takes[base + lane_in]);
        }
    }
}

} // namespace scribeline::fabric
