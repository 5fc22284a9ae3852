// The hot passes of a reticle: what is due, routers, PEs. What does not happen in most visits (several lanes at a tile,
// scribe lines, switches, a full queue, a probe) is left to the functions of reticle.cpp and reticle_pes.cpp, which do
// the same thing in the general case; a test holds the two equal.
//
// The loops work on local copies of the pointers: a byte written to a queue could be, for all the compiler knows, a
// member of the reticle.
#include "configs/failure.hpp"
#include "fabric/reticle.hpp"

#include <algorithm>
#include <array>

namespace scribeline::fabric {

using workloads::Operation;
using workloads::Stream;

// --- receive ---------------------------------------------------------------------------------------------------

void Reticle::receive()
{
    auto& credits = credits_.at(now_);
    for (std::size_t i = 0; i < credits.size(); ++i)
        credit(credits.data()[i]);
    credits.clear();

    auto& on_ramp = landed_.at(now_);
    for (std::size_t i = 0; i < on_ramp.size(); ++i)
        landed(TileId{on_ramp.data()[i]});
    on_ramp.clear();

    auto&                arrivals   = arrivals_.at(now_);
    std::size_t const    count      = arrivals.size();
    Arrival const* const arrival    = arrivals.data();
    std::uint32_t const  depth      = timing_.depth;
    Queue* const         queues     = queues_.data();
    std::size_t const    column     = tiles_;
    bool const           words      = queues_.have_words();
    Router* const        router     = router_.data();
    std::uint64_t        from_links = 0;
    auto const&          is_link    = lanes_.links();
    active_.make_room(count);
    std::uint32_t* active_end = active_.end();
    for (std::size_t i = 0; i < count; ++i) {
        if (i + 12 < count) {
            Place const ahead = arrival[i + 12].to();
            __builtin_prefetch(queues + ahead.lane() * column + ahead.tile());
            __builtin_prefetch(&router[ahead.tile()]);
        }
        Place const         to   = arrival[i].to();
        std::uint32_t const tile = to.tile(), lane = to.lane();
        Queue&              q = queues[lane * column + tile];
        SCRIBELINE_ASSERT(q.count < depth);
        std::uint32_t const slot = q.push(to.flag(), depth);
        if (words)
            queues_.store(lane, tile, slot, arrival[i].word());
        from_links += is_link[lane];
        if (q.count != 1)
            continue;
        if (!lanes_.is_switched(lane) || serves(TileId{tile}, LaneId{lane})) {
            if (router[tile].ready == 0)
                *active_end++ = tile;
            router[tile].ready |= std::uint64_t{1} << lane;
        }
    }
    active_.end_at(active_end);
    counters_.from_links += from_links;
    arrivals.clear();

    auto& due = timers_.take(now_);
    for (std::size_t i = 0; i < due.size(); ++i) // an operation of no length may add to the list
        timer(TileId{due[i]});
    due.clear();
}

// --- route -----------------------------------------------------------------------------------------------------

// One winner per output port. Where no two lanes of a tile want the same port, each lane moves on its own; and most
// lanes stay on the reticle and find room.
template <bool unit_rate> void Reticle::route_all()
{
    std::size_t const          count  = active_.size();
    std::uint32_t const* const active = active_.data();
    std::size_t const          column = tiles_;
    Queue* const               queues = queues_.data();
    bool const                 words  = queues_.have_words();
    Router* const              router = router_.data();
    std::uint16_t const* const way_of = lanes_.way_of();
    Way const* const           ways   = ways_.data();
    std::size_t const          lanes  = lanes_.routers();
    std::uint32_t const        depth = timing_.depth, serialisation = timing_.serialisation;
    std::uint64_t const        now          = now_;
    std::uint8_t const         never_simple = watched_ ? 0xff : 0;
    std::uint64_t              forked       = 0;

    next_active_.make_room(count);
    std::uint32_t*    next   = next_active_.end();
    auto&             by_hop = arrivals_.at(now + timing_.hop);
    std::size_t const most   = 4 * count; // wavelets that can leave for neighbours in one cycle
    by_hop.make_room(most);
    Arrival*   hop_end    = by_hop.end();
    auto const hand_back  = [&] { by_hop.end_at(hop_end); };
    auto const take_again = [&] { // the general functions may have added to the batch
        by_hop.make_room(most);
        hop_end = by_hop.end();
    };

    // One lane of a tile whose wavelet wants ports that no other lane wants.
    auto const move = [&](std::uint32_t tile, Router & r, std::uint32_t lane, Queue * at, Way const& way)
        __attribute__((always_inline))
    {
        Queue&     q     = *at;
        bool       room  = ((way.sides & r.edges) | q.served | way.general | never_simple) == 0;
        auto const check = [&](Way::Out const& out) {
            room = room && (at + out.jump)->room(now, out.latency);
            if constexpr (!unit_rate)
                room = room && r.port_free(out.port, now);
        };
        // Of most wavelets there are one or two copies.
        check(way.out[0]);
        if (way.copies > 1) {
            check(way.out[1]);
            for (std::size_t o = 2; o < way.copies; ++o)
                check(way.out[o]);
        }
        if (!room) {
            hand_back();
            forward(TileId{tile}, LaneId{lane}, 0x1f);
            take_again();
            return;
        }
        std::uint64_t const bits =
            (words ? std::uint64_t{queues_.front(lane, tile)} << 32 : 0) | std::uint64_t{q.front_is_control()} << 31;
        auto const send = [&](Way::Out const& out) {
            Queue& to = at[out.jump];
            --to.credits;
            ++r.sent[out.port];
            if constexpr (!unit_rate)
                r.occupy(out.port, now, serialisation);
            if (out.port != 4) {
                *hop_end++ = Arrival{bits | static_cast<std::uint32_t>(out.place + tile)};
            } else {
                std::uint32_t const slot = to.push(q.front_is_control(), depth);
                if (words)
                    queues_.store(out.place >> 24, tile, slot, static_cast<std::uint32_t>(bits >> 32));
                land(TileId{tile}, to);
            }
        };
        send(way.out[0]);
        if (way.copies > 1) {
            send(way.out[1]);
            for (std::size_t o = 2; o < way.copies; ++o)
                send(way.out[o]);
            forked += way.copies - 1u;
        }
        q.drop_front(depth);
        q.give_credit(now);
        if (q.waiting != 0) {
            q.waiting = 0;
            credits_.at(now + way.in_latency).push_back(Place{TileId{tile}, LaneId{lane}});
        }
        if (q.count == 0)
            r.ready &= ~(std::uint64_t{1} << lane);
    };

    // In portions: first every tile of a portion is looked at and what its visit will touch is asked for, because a
    // region is larger than the caches; then they are visited.
    constexpr std::size_t portion = 16;
    struct Visit {
        Queue*        at;
        Way const*    way;
        std::uint32_t lane;
    };
    std::array<Visit, portion> visits;
    for (std::size_t begin = 0; begin < count; begin += portion) {
        std::size_t const size = std::min(portion, count - begin);
        for (std::size_t i = 0; i < size; ++i) {
            if (begin + portion + i < count)
                __builtin_prefetch(&router[active[begin + portion + i]]);
            std::uint32_t const tile = active[begin + i];
            Router const&       r    = router[tile];
            auto const          lane = static_cast<std::uint32_t>(__builtin_ctzll(r.ready));
            Visit&              v    = visits[i];
            v.lane                   = lane;
            v.at                     = queues + lane * column + tile;
            v.way                    = &ways[way_of[r.routes * lanes + lane]];
            __builtin_prefetch(v.at);
            __builtin_prefetch(v.at + v.way->out[0].jump);
            __builtin_prefetch(v.at + v.way->out[1].jump);
        }
        for (std::size_t i = 0; i < size; ++i) {
            std::uint32_t const tile  = active[begin + i];
            Router&             r     = router[tile];
            std::uint64_t const ready = r.ready;
            if ((ready & (ready - 1)) == 0) {
                move(tile, r, visits[i].lane, visits[i].at, *visits[i].way);
            } else {
                std::uint16_t const* const own    = way_of + r.routes * lanes;
                std::uint8_t               wanted = 0, twice = 0;
                for (std::uint64_t left = ready; left != 0; left &= left - 1) {
                    std::uint8_t const outs = ways[own[__builtin_ctzll(left)]].outs;
                    twice                   = static_cast<std::uint8_t>(twice | (wanted & outs));
                    wanted                  = static_cast<std::uint8_t>(wanted | outs);
                }
                if (twice != 0) {
                    hand_back();
                    arbitrate(TileId{tile});
                    take_again();
                } else {
                    for (std::uint64_t left = ready; left != 0; left &= left - 1) {
                        auto const lane = static_cast<std::uint32_t>(__builtin_ctzll(left));
                        move(tile, r, lane, queues + lane * column + tile, ways[own[lane]]);
                    }
                }
            }
            if (r.ready != 0)
                *next++ = tile;
        }
    }
    hand_back();
    next_active_.end_at(next);
    counters_.forked += forked;
}

template void Reticle::route_all<true>();
template void Reticle::route_all<false>();

// --- execute ---------------------------------------------------------------------------------------------------

// One wavelet of each stream that can go on.
void Reticle::execute_all()
{
    std::size_t const          count   = running_.size();
    std::uint32_t const* const running = running_.data();
    Pe* const                  pes     = pe_.data();
    next_running_.make_room(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (i + 16 < count)
            __builtin_prefetch(&pes[running[i + 16]]);
        if (i + 8 < count)
            queues_.prefetch(pes[running[i + 8]].lane, running[i + 8]);
        std::uint32_t const tile = running[i];
        Pe&                 pe   = pes[tile];
        Operation const&    op   = *pe.operation;
        // Most of all wavelets end in a PE that stores them, and are not the last of their stream.
        if (op.stream == Stream::receive && pe.remaining > 1 && op.interval == 8 && !watched_ && !payload_.active()) {
            Queue& q = queues_.at(pe.lane, tile);
            if (q.has_landed(now_, timing_.ramp)) {
                q.drop_front(timing_.depth);
                free_slot(q, Place{TileId{tile}, LaneId{pe.lane}}, timing_.ramp);
                ++counters_.delivered;
                ++counters_.worked;
                --pe.remaining;
                next_running_.push_back(tile);
                continue;
            }
        }
        execute(TileId{tile});
    }
    if (threads_.some_run())
        run_threads();
}

} // namespace scribeline::fabric
