// Who waits for whom, for the search for circles (packet_deadlock.hpp).
#pragma once

#include "fabric/packet/packet_engine.hpp"

// Members are `inline`, as they would be inside the class: how the compiler weighs calls depends on it.
namespace scribeline::fabric {

// Nothing moved and nothing is under way: nothing will. A part of the mesh that is stuck while the rest goes on is
// looked for now and then.
template <unsigned channels> inline void PacketEngine<channels>::watch(std::uint64_t moved)
{
    if (now_ % 4096 != 4095 && (moved != 0 || now_ % 64 != 63))
        return;
    auto view = QueueView{p_.columns, p_.rows, channels, {}, {}, {}};
    view.waits.reserve(held_.size());
    view.has_room.reserve(held_.size());
    for (std::uint32_t queue = 0; queue < held_.size(); ++queue) {
        view.waits.push_back(wait_of(queue));
        view.has_room.push_back(held_[queue] < p_.depth ? 1 : 0);
    }
    require_no_circle(view, now_);
}

// Who waits for what; see packet_deadlock.hpp.
template <unsigned channels> inline QueueWait PacketEngine<channels>::wait_of(std::uint32_t queue) const
{
    auto wait = QueueWait{};
    if (held_[queue] == 0)
        return wait;
    wait.waits       = true;
    auto const  tile = queue / lanes;
    auto const  at   = Place{tile % p_.columns, tile / p_.columns};
    auto const& flit = flits_[std::size_t{queue} * p_.depth + first_[queue]];
    wait.from        = flit.from();
    wait.to          = flit.to().x + flit.to().y * p_.columns;
    auto const add   = [&](unsigned lane) {
        auto choice = QueueWait::Choice{};
        if (lane / channels == 4)
            choice.leaves = true;
        else
            choice.queue =
                neighbour(tile, at, lane / channels) * lanes + (lane / channels + 2) % 4 * channels + lane % channels;
        choice.owner = queue;
        if ((busy_[tile] >> lane & 1) != 0)
            for (unsigned other = 0; other < lanes; ++other)
                if (takes_[tile * lanes + other] == lane)
                    choice.owner = tile * lanes + other;
        wait.choices.push_back(choice);
    };
    if (takes_[queue] != idle) {
        add(takes_[queue]);
        return wait;
    }
    for (auto ways = flit.ways(); ways != 0; ways &= ways - 1) {
        auto const side = lowest(ways);
        auto       bits = std::uint32_t{of_one_side};
        if (side < 4) {
            bits = channels_of_class(flit.is(Flit::late), crosses_class(at, flit, side));
            if (p_.routing == Routing::adaptive &&
                (ways_of(Routing::xy, at, flit.to(), false, p_.columns, p_.rows, false) >> side & 1) == 0)
                bits &= ~1u;
        }
        for (; bits != 0; bits &= bits - 1)
            add(side * channels + lowest(bits));
    }
    return wait;
}

} // namespace scribeline::fabric
