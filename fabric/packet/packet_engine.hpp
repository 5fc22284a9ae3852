// The engine behind PacketMesh, for a fixed number of virtual channels, so that the compiler sees all strides.
#pragma once

#include "fabric/packet/packet_deadlock.hpp"
#include "fabric/packet/packet_mesh.hpp"
#include "fabric/state_hash.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

namespace scribeline::fabric {

// Twelve bytes. `to` holds the destination and what the next router needs of the route; `from` the source.
class Flit {
  public:
    static constexpr std::uint32_t head = 1u << 29, tail = 1u << 30, late = 1u << 31;
    static constexpr std::uint32_t wrapped = 1u << 24; // of from_: over the edge of a torus in this dimension

    Flit() = default;
    Flit(std::uint32_t created, std::uint32_t from, Place to, std::uint32_t flags)
        : created_{created}, from_{from}, to_{to.x | to.y << 12 | flags}
    {
    }

    std::uint32_t created() const { return created_; }
    std::uint32_t from() const { return from_ & 0xffffff; }
    Place         to() const { return {to_ & 0xfff, to_ >> 12 & 0xfff}; }
    bool          is(std::uint32_t flag) const { return (to_ & flag) != 0; }
    bool          has_wrapped() const { return (from_ & wrapped) != 0; }
    void          set_wrapped(bool yes) { from_ = yes ? from_ | wrapped : from_ & ~wrapped; }

    std::uint32_t ways() const { return to_ >> 24 & 0x1f; } // out of the router that the flit is in
    void          set_ways(std::uint32_t ways) { to_ = (to_ & ~(0x1fu << 24)) | ways << 24; }

  private:
    std::uint32_t created_ = 0, from_ = 0, to_ = 0;
};

// What is due in one cycle: it is filled through a bare pointer, behind room that was made before.
template <class T> class Due {
  public:
    T const*    begin() const { return items_.get(); }
    T const*    end() const { return items_.get() + size_; }
    std::size_t size() const { return size_; }
    void        clear() { size_ = 0; }

    // Where the next ones go; `room` of them at most, until filled_to() says where the last one ended.
    T* fill(std::size_t room)
    {
        if (size_ + room > capacity_) {
            auto const wanted = std::max(size_ + room, capacity_ * 2);
            auto       larger = std::unique_ptr<T[]>{new T[wanted]};
            std::copy(begin(), end(), larger.get());
            items_    = std::move(larger);
            capacity_ = wanted;
        }
        return items_.get() + size_;
    }
    void filled_to(T* end) { size_ = static_cast<std::size_t>(end - items_.get()); }
    void push_back(T const& item)
    {
        auto* const place = fill(1);
        *place            = item;
        filled_to(place + 1);
    }

  private:
    std::unique_ptr<T[]> items_;
    std::size_t          size_ = 0, capacity_ = 0;
};

template <unsigned channels> class PacketEngine final : public PacketMesh {
  public:
    PacketEngine(PacketMeshParams const& params, PacketSource& source, DeliveryListener& listener)
        : p_{params}, source_{source}, listener_{listener}, tiles_{params.columns * params.rows},
          hop_{params.allocation + params.crossbar + params.link}, credit_{params.credit + 1}
    {
        auto const queues = std::size_t{tiles_} * lanes;
        flits_.resize(queues * p_.depth);
        first_.assign(queues, 0);
        held_.assign(queues, 0);
        takes_.assign(queues, idle);
        credits_.assign(queues, static_cast<std::uint8_t>(p_.depth));
        ready_.assign(tiles_, 0);
        open_.assign(tiles_, all_lanes);
        busy_.assign(tiles_, 0);
        side_turn_.assign(std::size_t{tiles_} * sides * (channels > 1 ? 2 : 1), 0);
        grant_turn_.assign(queues, 0);
        if (channels > 1) {
            accept_turn_.assign(queues, 0);
            channel_turn_.assign(std::size_t{tiles_} * sides, 0);
            for (auto& turn : out_turn_)
                turn.assign(std::size_t{tiles_} * sides, 0);
        }
        sent_.assign(std::size_t{tiles_} * 4, 0);
        due_.resize(tiles_ + 16, PacketSource::never);
        for (std::uint32_t tile = 0; tile < tiles_; ++tile)
            due_[tile] = source_.first(tile);
        waiting_.resize((tiles_ + 63) / 64, 0);
        at_source_.resize(tiles_);
        east_.assign(p_.columns, {});
        south_.assign(p_.rows, {});
        for (auto const& cut : p_.columns_cut)
            east_.at(cut.after) = cut;
        for (auto const& cut : p_.rows_cut)
            south_.at(cut.after) = cut;
        uneven_ = !p_.columns_cut.empty() || !p_.rows_cut.empty();
        if (uneven_)
            link_free_.assign(std::size_t{tiles_} * 4, 0);
        plain_ = p_.routing == Routing::xy && !p_.torus && !uneven_;
    }

    void advance_to(std::uint32_t cycle) override
    {
        for (; now_ < cycle; ++now_) {
            receive();
            create();
            enter();
            auto const moved = allocate();
            watch(moved);
        }
    }

    void stop_sources() override { std::fill(due_.begin(), due_.end(), PacketSource::never); }

    std::uint32_t         now() const override { return now_; }
    PacketCounters counters() const override
    {
        auto all         = counters_;
        all.credits_sent = all.router_passes;                         // one for each flit that leaves a queue
        all.link_hops    = all.router_passes - all.flits_delivered; // all others go on
        return all;
    }
    std::uint64_t         in_queues() const override
    {
        auto sum = std::uint64_t{0};
        for (auto const held : held_)
            sum += held;
        return sum;
    }
    std::uint64_t on_links() const override
    {
        auto sum = std::uint64_t{0};
        for (auto const& slot : arrivals_)
            sum += slot.size();
        return sum;
    }
    std::uint64_t at_sources() const override { return waiting_packets_; }
    std::uint64_t packets_on_their_way() const override
    {
        auto tails = std::uint64_t{0};
        for (std::size_t queue = 0; queue < held_.size(); ++queue)
            for (unsigned i = 0; i < held_[queue]; ++i)
                tails += flits_[queue * p_.depth + (first_[queue] + i) % p_.depth].is(Flit::tail) ? 1 : 0;
        for (auto const& slot : arrivals_)
            for (auto const& arrival : slot)
                tails += arrival.flit.is(Flit::tail) ? 1 : 0;
        return tails;
    }
    std::uint64_t credits_on_their_way() const override
    {
        auto sum = std::uint64_t{0};
        for (auto const& slot : credits_due_)
            sum += slot.size();
        return sum;
    }
    std::uint64_t state_hash() const override { return mix(hash_, counters_.router_passes, now_); }
    std::uint32_t sent_over(std::uint32_t tile, Side side) const override
    {
        return sent_[std::size_t{tile} * 4 + static_cast<std::size_t>(side)];
    }
    std::size_t bytes_of_state() const override
    {
        return first_.size() + held_.size() + takes_.size() + credits_.size() +
               (ready_.size() + open_.size() + busy_.size()) * sizeof(Mask) + side_turn_.size() +
               channel_turn_.size() + grant_turn_.size() + accept_turn_.size() + out_turn_[0].size() * 2 +
               due_.size() * sizeof due_[0];
    }

  private:
    static constexpr unsigned lanes = sides * channels;
    using Mask                      = std::conditional_t<
        (lanes <= 8), std::uint8_t,
        std::conditional_t<(lanes <= 16), std::uint16_t, std::conditional_t<(lanes <= 32), std::uint32_t, std::uint64_t>>>;
    static constexpr std::uint64_t all_lanes   = lanes == 64 ? ~0ull : (1ull << lanes) - 1;
    static constexpr std::uint32_t of_one_side = (1u << channels) - 1;
    static constexpr std::uint64_t to_local    = std::uint64_t{of_one_side} << (4 * channels);
    static constexpr std::uint8_t  idle        = 255;
    static constexpr unsigned      wheel       = 64; // cycles ahead that something may be due
    static constexpr std::uint32_t step_x[4]   = {0, 1, 0, ~0u}, step_y[4] = {~0u, 0, 1, 0};

    struct Arrival {
        std::uint32_t queue;
        Flit          flit;
    };
    // Packets that have not entered; the first of them may have in part.
    struct SourceQueue {
        std::vector<Packet> packets; // from `next` on
        std::uint32_t       next    = 0;
        std::uint32_t       entered = 0; // flits of the first one
        std::uint8_t        channel = 0; // which its flits take
    };

    static unsigned lowest(std::uint64_t bits) { return static_cast<unsigned>(__builtin_ctzll(bits)); }
    // The first set bit at or after `turn`, round robin.
    static unsigned next_of(std::uint32_t bits, unsigned turn)
    {
        auto const behind = bits & (~0u << turn);
        return static_cast<unsigned>(__builtin_ctz(behind != 0 ? behind : bits));
    }

    void receive()
    {
        auto* const flits = flits_.data();
        auto* const first = first_.data();
        auto* const held  = held_.data();
        auto* const ready = ready_.data();
        auto const  depth = p_.depth;
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

    void create()
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
    void enter()
    {
        for (std::uint32_t word = 0; word < waiting_.size(); ++word)
            for (auto bits = waiting_[word]; bits != 0; bits &= bits - 1)
                enter_from(word * 64 + lowest(bits));
    }

    void enter_from(std::uint32_t tile)
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

    void take_credit(std::uint32_t tile, std::uint32_t lane)
    {
        if (--credits_[lane] == 0)
            open_[tile] &= static_cast<Mask>(~(Mask{1} << (lane % lanes)));
    }

    // Virtual channels that a head may ask for on a side. The halves keep apart the two orders of o1turn, and packets
    // before and after the edge of a torus; channel 0 is the way out of adaptive routing.
    std::uint32_t channels_of_class(bool late, bool wrapped) const
    {
        constexpr std::uint32_t lower = (1u << (channels / 2)) - 1;
        if (p_.routing == Routing::o1turn)
            return late ? of_one_side & ~lower : lower;
        if (p_.torus)
            return wrapped ? of_one_side & ~lower : lower;
        return of_one_side;
    }

    // Bits of the lanes (side x channels + channel) that a head asks for: the channels that are free on one side.
    std::uint64_t lanes_wanted(std::uint32_t tile, Place at, Flit const& flit, std::uint64_t free) const
    {
        if (p_.routing <= Routing::o1turn) {
            auto const side = lowest(flit.ways());
            auto       bits = static_cast<std::uint32_t>(free >> (side * channels)) & of_one_side;
            if (channels > 1 && side < 4 && (p_.routing == Routing::o1turn || p_.torus))
                bits &= channels_of_class(flit.is(Flit::late), crosses_class(at, flit, side));
            return std::uint64_t{bits} << (side * channels);
        }
        // Whichever way has most room; channel 0 of adaptive routing only along the way of xy.
        auto       best = std::uint64_t{0};
        auto       most = 0u;
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
    unsigned side_wanted(std::uint32_t tile, Place at, Flit const& flit, std::uint32_t free) const
    {
        auto const wanted = lanes_wanted(tile, at, flit, free & all_lanes);
        return wanted != 0 ? lowest(wanted) : lowest(flit.ways());
    }

    bool crosses_class(Place at, Flit const& flit, unsigned side) const
    {
        if (!p_.torus)
            return false;
        return wraps(at, side) || flit.has_wrapped();
    }
    bool wraps(Place at, unsigned side) const
    {
        return (side == 0 && at.y == 0) || (side == 1 && at.x + 1 == p_.columns) ||
               (side == 2 && at.y + 1 == p_.rows) || (side == 3 && at.x == 0);
    }
    std::uint32_t neighbour(std::uint32_t tile, Place at, unsigned side) const
    {
        switch (side) {
        case 0: return at.y > 0 ? tile - p_.columns : tile + (p_.rows - 1) * p_.columns;
        case 1: return at.x + 1 < p_.columns ? tile + 1 : tile - at.x;
        case 2: return at.y + 1 < p_.rows ? tile + p_.columns : at.x;
        default: return at.x > 0 ? tile - 1 : tile + p_.columns - 1;
        }
    }

    // The boundary between a tile and its neighbour on that side.
    Boundary const& boundary(Place at, unsigned side) const
    {
        switch (side) {
        case 0: return south_[at.y > 0 ? at.y - 1 : p_.rows - 1];
        case 1: return east_[at.x];
        case 2: return south_[at.y];
        default: return east_[at.x > 0 ? at.x - 1 : p_.columns - 1];
        }
    }

    std::uint64_t allocate()
    {
        auto const before = counters_.router_passes;
        auto&      links  = arrivals_[(now_ + hop_) % wheel];
        auto&      back   = credits_due_[(now_ + credit_) % wheel];
        // A side sends one flit a cycle at most, and every flit that goes sends a credit back.
        auto now = Now{flits_.data(), first_.data(), held_.data(), takes_.data(), credits_.data(), ready_.data(),
                       open_.data(), busy_.data(), side_turn_.data(), grant_turn_.data(), sent_.data(),
                       plain_ ? links.fill(std::size_t{tiles_} * 4) : nullptr,
                       plain_ ? back.fill(std::size_t{tiles_} * sides) : nullptr, p_.depth, p_.columns};
        if (plain_) {
            allocate_everywhere<true>(now);
            links.filled_to(now.links);
            back.filled_to(now.credits_back);
        } else {
            allocate_everywhere<false>(now);
        }
        return counters_.router_passes - before;
    }

    // The columns as bare pointers, on the stack: stores of bytes might otherwise change any member, as far as the
    // compiler knows.
    struct Now {
        Flit*          flits;
        std::uint8_t * first, *held, *takes, *credits;
        Mask *         ready, *open, *busy;
        std::uint8_t * side_turn, *grant_turn;
        std::uint32_t* sent;
        Arrival*       links;        // behind the last flit that left
        std::uint32_t* credits_back; // behind the last credit
        std::uint32_t  depth, columns;
        std::uint64_t  passes = 0;
    };

    // `plain`: a mesh with routing xy whose links are all alike.
    template <bool plain> void allocate_everywhere(Now& shared)
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
    template <bool plain>
    [[gnu::always_inline]] inline void allocate_one_channel(Now& now, std::uint32_t tile, Place at)
    {
        auto const    open        = static_cast<std::uint32_t>(now.open[tile] | to_local);
        auto const    busy        = static_cast<std::uint32_t>(now.busy[tile]);
        auto const    row         = tile * lanes;
        std::uint32_t heads[sides] = {}; // of each side out: bits of sides in
        auto          any         = 0u;
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
    template <class Bits> static unsigned given_to(Bits asking, std::uint8_t& turn)
    {
        auto const behind = asking & (~Bits{0} << turn);
        auto const winner = lowest(behind != 0 ? behind : asking);
        turn              = static_cast<std::uint8_t>(winner + 1);
        return winner;
    }

    // One iteration of a separable allocator for channels and of two for the crossbar, input first, all round robin. A
    // head asks for a channel and for the crossbar at once: it crosses in the cycle in which it is given a channel, if
    // the crossbar has chosen it too, and nobody who has a channel wants that side. Otherwise it keeps the channel.
    template <bool plain>
    [[gnu::always_inline]] inline void allocate_channels(Now& now, std::uint32_t tile, Place at)
    {
        std::uint64_t const open = now.open[tile] | to_local; // the processing element takes what comes
        std::uint64_t const free = ~std::uint64_t{now.busy[tile]} & all_lanes;
        auto const          row  = std::size_t{tile} * sides;
        auto const          base = tile * lanes;
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
            auto const lane        = lowest(rest);
            auto const in          = given_to(asked_by[lane], now.grant_turn[base + lane]);
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
                auto const in  = given_to(bids[heads][out], now.side_turn[(heads * std::size_t{tiles_} + tile) * sides + out]);
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

    bool link_is_taken(std::uint32_t tile, unsigned lane) const
    {
        return uneven_ && lane < 4 * channels && link_free_[std::size_t{tile} * 4 + lane / channels] > now_;
    }

    // A flit leaves the queue (in, channel) for `lane` on side `out`.
    template <bool plain>
    [[gnu::always_inline]] inline void pass(Now& now, std::uint32_t tile, Place at, unsigned in, unsigned channel, unsigned out, unsigned lane)
    {
        auto const lane_in = in * channels + channel;
        auto const queue   = tile * lanes + lane_in;
        auto const place   = now.first[queue];
        auto       flit    = now.flits[std::size_t{queue} * now.depth + place];
        now.first[queue]      = static_cast<std::uint8_t>(place + 1u == now.depth ? 0 : place + 1u);
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
            flit.set_ways(
                ways_of(p_.routing, there, flit.to(), flit.is(Flit::late), p_.columns, p_.rows, p_.torus));
            // It matters until the packet turns into the other dimension.
            if (p_.torus)
                flit.set_wrapped((flit.has_wrapped() || wraps(at, out)) && (lowest(flit.ways()) + out) % 2 == 0);
        }
        arrivals_[(now_ + wait) % wheel].push_back({next * lanes + lane_there, flit});
    }

    static std::uint32_t way_of_xy(Place at, Place to)
    {
        return to.x > at.x ? 2u : to.x < at.x ? 8u : to.y > at.y ? 4u : to.y < at.y ? 1u : 16u;
    }

    template <bool plain>
    [[gnu::always_inline]] inline void give_credit(Now& now, std::uint32_t tile, Place at, unsigned in, unsigned channel)
    {
        // That of the processing element is kept where the lanes out to it would be: they need none.
        if (plain) {
            auto const upstream = tile + (in == 0 ? 0u - now.columns : in == 1 ? 1u : in == 2 ? now.columns : in == 3 ? ~0u : 0u);
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

    void deliver(Flit const& flit, std::uint32_t tile, bool tail)
    {
        ++counters_.flits_delivered;
        auto const arrived = now_ + hop_;
        hash_ += mix(mix(flit.from(), tile, flit.created()), arrived);
        if (!tail)
            return;
        ++counters_.packets_delivered;
        listener_.delivered({flit.from(), tile, flit.created(), arrived});
    }

    // Nothing moved and nothing is under way: nothing will. A part of the mesh that is stuck while the rest goes on is
    // looked for now and then.
    void watch(std::uint64_t moved)
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
    QueueWait wait_of(std::uint32_t queue) const
    {
        auto wait = QueueWait{};
        if (held_[queue] == 0)
            return wait;
        wait.waits      = true;
        auto const tile = queue / lanes;
        auto const at   = Place{tile % p_.columns, tile / p_.columns};
        auto const& flit = flits_[std::size_t{queue} * p_.depth + first_[queue]];
        wait.from        = flit.from();
        wait.to          = flit.to().x + flit.to().y * p_.columns;
        auto const add = [&](unsigned lane) {
            auto choice = QueueWait::Choice{};
            if (lane / channels == 4)
                choice.leaves = true;
            else
                choice.queue = neighbour(tile, at, lane / channels) * lanes + (lane / channels + 2) % 4 * channels +
                               lane % channels;
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
            auto const side  = lowest(ways);
            auto       bits  = std::uint32_t{of_one_side};
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

    PacketMeshParams  p_;
    PacketSource&     source_;
    DeliveryListener& listener_;
    std::uint32_t     tiles_;
    std::uint32_t     hop_, credit_; // cycles from a flit's crossing until it, or its credit, can be used
    std::uint32_t     now_ = 0;
    bool              uneven_ = false, plain_ = true;

    std::vector<Flit>         flits_;                          // queue x depth
    std::vector<std::uint8_t> first_, held_, takes_, credits_; // per queue; credits: of the lane out of the same number
    std::vector<Mask>         ready_, open_, busy_;            // per tile: queues with flits; lanes with credits, owned
    std::vector<std::uint8_t> grant_turn_, accept_turn_;              // per lane out, and in: whose turn it is
    std::vector<std::uint8_t> side_turn_, channel_turn_, out_turn_[2]; // per tile and side
    std::vector<std::uint32_t> sent_, link_free_;                     // per tile and side
    std::vector<Boundary>      east_, south_;                         // per column, per row

    std::array<Due<Arrival>, wheel>       arrivals_;
    std::array<Due<std::uint32_t>, wheel> credits_due_; // lanes

    std::vector<std::uint32_t> due_;     // per tile: the cycle of its next packet
    std::vector<std::uint64_t> waiting_; // bit per tile: its source has packets
    std::vector<SourceQueue>   at_source_;
    std::uint64_t              waiting_packets_ = 0;

    PacketCounters counters_;
    std::uint64_t  hash_ = 0;
};

} // namespace scribeline::fabric
