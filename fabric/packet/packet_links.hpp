// What moves: flits from the sources into the mesh, over links and out of it, and the credits that go back for them.
#pragma once

#include "fabric/packet/packet_engine.hpp"

// Members are `inline`, as they would be inside the class: how the compiler weighs calls depends on it.
namespace scribeline::fabric {

template <unsigned channels> inline void PacketEngine<channels>::receive()
{
    auto* const flits   = flits_.data();
    auto* const first   = first_.data();
    auto* const held    = held_.data();
    auto* const ready   = ready_.data();
    auto const  depth   = p_.depth;
    auto&       arrived = arrivals_[now_ % wheel];
    for (auto const& arrival : arrived) {
        auto const queue = arrival.queue;
        auto const count = held[queue];
        auto       place = static_cast<std::uint32_t>(first[queue]) + count;
        if (place >= depth)
            place -= depth;
        SCRIBELINE_ASSERT(count < depth);
        flits[std::size_t{queue} * depth + place] = arrival.flit;
        held[queue]                               = static_cast<std::uint8_t>(count + 1);
        ready[queue / lanes] |= static_cast<Mask>(Mask{1} << (queue % lanes));
    }
    arrived.clear();
    auto* const credits  = credits_.data();
    auto* const open     = open_.data();
    auto&       credited = credits_due_[now_ % wheel];
    counters_.credits_received += credited.size();
    for (auto const lane : credited) {
        ++credits[lane];
        open[lane / lanes] |= static_cast<Mask>(Mask{1} << (lane % lanes));
    }
    credited.clear();
}

template <unsigned channels> inline void PacketEngine<channels>::create()
{
    for (std::uint32_t block = 0; block < tiles_; block += 16) {
        auto any = 0u;
        for (unsigned i = 0; i < 16; ++i)
            any |= due_[block + i] <= now_ ? 1u : 0u;
        if (any == 0)
            continue;
        for (auto tile = block; tile < std::min(block + 16, tiles_); ++tile)
            while (due_[tile] <= now_) {
                at_source_[tile].packets.push_back(source_.make(tile, now_, due_[tile]));
                waiting_[tile / 64] |= std::uint64_t{1} << (tile % 64);
                ++waiting_packets_;
                ++counters_.packets_created;
            }
    }
}

// A flit of each source that has one, and room for it.
template <unsigned channels> inline void PacketEngine<channels>::enter()
{
    for (std::uint32_t word = 0; word < waiting_.size(); ++word)
        for (auto bits = waiting_[word]; bits != 0; bits &= bits - 1)
            enter_from(word * 64 + lowest(bits));
}

template <unsigned channels> inline void PacketEngine<channels>::enter_from(std::uint32_t tile)
{
    auto&       source = at_source_[tile];
    auto const& packet = source.packets[source.next];
    auto        open   = static_cast<std::uint32_t>(open_[tile] >> (4 * channels)) & of_one_side;
    auto        flags  = std::uint32_t{packet.late ? Flit::late : 0};
    auto const  to     = Place{packet.to % p_.columns, packet.to / p_.columns};
    auto const  at     = Place{tile % p_.columns, tile / p_.columns};
    if (source.entered == 0) {
        open &= channels_of_class(packet.late, false);
        if (open == 0)
            return;
        source.channel = static_cast<std::uint8_t>(next_of(open, channels > 1 ? (source.channel + 1u) % channels : 0u));
        flags |= Flit::head;
    } else if ((open >> source.channel & 1) == 0) {
        return;
    }
    if (++source.entered == packet.flits)
        flags |= Flit::tail;
    auto flit = Flit{packet.created, tile, to, flags};
    flit.set_ways(ways_of(p_.routing, at, to, packet.late, p_.columns, p_.rows, p_.torus));
    auto const lane = tile * lanes + 4 * channels + source.channel;
    take_credit(tile, lane);
    arrivals_[(now_ + 2) % wheel].push_back({lane, flit}); // a cycle in the interface, one to the router
    ++counters_.flits_injected;
    if (source.entered < packet.flits)
        return;
    source.entered = 0;
    --waiting_packets_;
    if (++source.next == source.packets.size()) {
        source.packets.clear();
        source.next = 0;
        waiting_[tile / 64] &= ~(std::uint64_t{1} << (tile % 64));
    } else if (source.next >= 1024) { // a long queue does not keep what has left it
        source.packets.erase(source.packets.begin(), source.packets.begin() + source.next);
        source.next = 0;
    }
}

template <unsigned channels> inline void PacketEngine<channels>::take_credit(std::uint32_t tile, std::uint32_t lane)
{
    if (--credits_[lane] == 0)
        open_[tile] &= static_cast<Mask>(~(Mask{1} << (lane % lanes)));
}

// A flit leaves the queue (in, channel) for `lane` on side `out`.
template <unsigned channels> template <bool plain>
[[gnu::always_inline]] inline void PacketEngine<channels>::pass(Now& now, std::uint32_t tile, Place at, unsigned in,
                                                                unsigned channel, unsigned out, unsigned lane)
{
    auto const lane_in = in * channels + channel;
    auto const queue   = tile * lanes + lane_in;
    auto const place   = now.first[queue];
    auto       flit    = now.flits[std::size_t{queue} * now.depth + place];
    now.first[queue]   = static_cast<std::uint8_t>(place + 1u == now.depth ? 0 : place + 1u);
    if (--now.held[queue] == 0)
        now.ready[tile] &= static_cast<Mask>(~(Mask{1} << lane_in));
    ++now.passes;
    give_credit<plain>(now, tile, at, in, channel);

    // A packet of one flit with one channel never holds it, if it crosses at once.
    if (flit.is(Flit::tail)) {
        now.takes[queue] = idle;
        now.busy[tile] &= static_cast<Mask>(~(Mask{1} << lane));
    } else {
        now.takes[queue] = static_cast<std::uint8_t>(lane);
        now.busy[tile] |= static_cast<Mask>(Mask{1} << lane);
    }
    if (out == 4) {
        deliver(flit, tile, flit.is(Flit::tail));
        return;
    }
    if (--now.credits[tile * lanes + lane] == 0)
        now.open[tile] &= static_cast<Mask>(~(Mask{1} << lane));
    ++now.sent[std::size_t{tile} * 4 + out];
    auto const lane_there = (out ^ 2u) * channels + (channels == 1 ? 0 : lane % channels);
    if (plain) {
        auto const there = Place{at.x + step_x[out], at.y + step_y[out]};
        if (flit.is(Flit::head))
            flit.set_ways(way_of_xy(there, flit.to()));
        auto const there_tile = tile + step_x[out] + (out == 0 ? 0u - now.columns : out == 2 ? now.columns : 0u);
        *now.links++          = {there_tile * lanes + lane_there, flit};
        return;
    }
    auto wait = hop_;
    if (uneven_) {
        auto const& cut = boundary(at, out);
        wait += cut.extra;
        link_free_[std::size_t{tile} * 4 + out] = now_ + cut.interval;
    }
    auto const next  = neighbour(tile, at, out);
    auto const there = Place{next % p_.columns, next / p_.columns};
    if (flit.is(Flit::head)) {
        flit.set_ways(ways_of(p_.routing, there, flit.to(), flit.is(Flit::late), p_.columns, p_.rows, p_.torus));
        // It matters until the packet turns into the other dimension.
        if (p_.torus)
            flit.set_wrapped((flit.has_wrapped() || wraps(at, out)) && (lowest(flit.ways()) + out) % 2 == 0);
    }
    arrivals_[(now_ + wait) % wheel].push_back({next * lanes + lane_there, flit});
}

template <unsigned channels> template <bool plain> [[gnu::always_inline]] inline void
PacketEngine<channels>::give_credit(Now& now, std::uint32_t tile, Place at, unsigned in, unsigned channel)
{
    // That of the processing element is kept where the lanes out to it would be: they need none.
    if (plain) {
        auto const upstream = tile + (in == 0   ? 0u - now.columns
                                      : in == 1 ? 1u
                                      : in == 2 ? now.columns
                                      : in == 3 ? ~0u
                                                : 0u);
        auto const side     = in == 4 ? 4u : in ^ 2u;
        *now.credits_back++ = upstream * lanes + side * channels + channel;
        return;
    }
    auto wait = credit_;
    auto lane = tile * lanes + in * channels + channel;
    if (in != 4) {
        if (uneven_)
            wait += boundary(at, in).extra;
        lane = neighbour(tile, at, in) * lanes + (in ^ 2u) * channels + channel;
    }
    credits_due_[(now_ + wait) % wheel].push_back(lane);
}

template <unsigned channels>
inline void PacketEngine<channels>::deliver(Flit const& flit, std::uint32_t tile, bool tail)
{
    ++counters_.flits_delivered;
    auto const arrived = now_ + hop_;
    hash_ += mix(mix(flit.from(), tile, flit.created()), arrived);
    if (!tail)
        return;
    ++counters_.packets_delivered;
    listener_.delivered({flit.from(), tile, flit.created(), arrived});
}

template <unsigned channels> inline bool PacketEngine<channels>::wraps(Place at, unsigned side) const
{
    return (side == 0 && at.y == 0) || (side == 1 && at.x + 1 == p_.columns) || (side == 2 && at.y + 1 == p_.rows) ||
           (side == 3 && at.x == 0);
}

template <unsigned channels>
inline std::uint32_t PacketEngine<channels>::neighbour(std::uint32_t tile, Place at, unsigned side) const
{
    switch (side) {
    case 0:
        return at.y > 0 ? tile - p_.columns : tile + (p_.rows - 1) * p_.columns;
    case 1:
        return at.x + 1 < p_.columns ? tile + 1 : tile - at.x;
    case 2:
        return at.y + 1 < p_.rows ? tile + p_.columns : at.x;
    default:
        return at.x > 0 ? tile - 1 : tile + p_.columns - 1;
    }
}

// The boundary between a tile and its neighbour on that side.
template <unsigned channels> inline Boundary const& PacketEngine<channels>::boundary(Place at, unsigned side) const
{
    switch (side) {
    case 0:
        return south_[at.y > 0 ? at.y - 1 : p_.rows - 1];
    case 1:
        return east_[at.x];
    case 2:
        return south_[at.y];
    default:
        return east_[at.x > 0 ? at.x - 1 : p_.columns - 1];
    }
}

template <unsigned channels> inline bool PacketEngine<channels>::link_is_taken(std::uint32_t tile, unsigned lane) const
{
    return uneven_ && lane < 4 * channels && link_free_[std::size_t{tile} * 4 + lane / channels] > now_;
}

template <unsigned channels> inline std::uint32_t PacketEngine<channels>::way_of_xy(Place at, Place to)
{
    return to.x > at.x ? 2u : to.x < at.x ? 8u : to.y > at.y ? 4u : to.y < at.y ? 1u : 16u;
}

} // namespace scribeline::fabric
