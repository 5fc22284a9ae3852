// The engine behind PacketMesh, for a fixed number of virtual channels, so that the compiler sees all strides: its
// state and its cycle. Who goes stands in packet_allocation.hpp, what moves in packet_links.hpp, who waits in
// packet_waits.hpp.
#pragma once

#include "fabric/packet/packet_deadlock.hpp"
#include "fabric/packet/packet_flit.hpp"
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

    std::uint32_t  now() const override { return now_; }
    PacketCounters counters() const override
    {
        auto all         = counters_;
        all.credits_sent = all.router_passes;                       // one for each flit that leaves a queue
        all.link_hops    = all.router_passes - all.flits_delivered; // all others go on
        return all;
    }
    std::uint64_t in_queues() const override
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
               (ready_.size() + open_.size() + busy_.size()) * sizeof(Mask) + side_turn_.size() + channel_turn_.size() +
               grant_turn_.size() + accept_turn_.size() + out_turn_[0].size() * 2 + due_.size() * sizeof due_[0];
    }

  private:
    static constexpr unsigned lanes = sides * channels;
    using Mask =
        std::conditional_t<(lanes <= 8), std::uint8_t,
                           std::conditional_t<(lanes <= 16), std::uint16_t,
                                              std::conditional_t<(lanes <= 32), std::uint32_t, std::uint64_t>>>;
    static constexpr std::uint64_t all_lanes   = lanes == 64 ? ~0ull : (1ull << lanes) - 1;
    static constexpr std::uint32_t of_one_side = (1u << channels) - 1;
    static constexpr std::uint64_t to_local    = std::uint64_t{of_one_side} << (4 * channels);
    static constexpr std::uint8_t  idle        = 255;
    static constexpr unsigned      wheel       = 64; // cycles ahead that something may be due
    static constexpr std::uint32_t step_x[4] = {0, 1, 0, ~0u}, step_y[4] = {~0u, 0, 1, 0};

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

    // packet_links.hpp: what is due; packets that are made, and that enter.
    void receive();
    void create();
    void enter();
    void enter_from(std::uint32_t tile);
    void take_credit(std::uint32_t tile, std::uint32_t lane);

    // packet_allocation.hpp: the flits that go. `plain`: a mesh with routing xy whose links are all alike.
    std::uint64_t              allocate();
    template <bool plain> void allocate_everywhere(Now& shared);
    template <bool plain>
    [[gnu::always_inline]] inline void allocate_one_channel(Now& now, std::uint32_t tile, Place at);
    template <bool plain> [[gnu::always_inline]] inline void allocate_channels(Now& now, std::uint32_t tile, Place at);
    template <class Bits> static unsigned                    given_to(Bits asking, std::uint8_t& turn);

    std::uint32_t channels_of_class(bool late, bool wrapped) const;
    std::uint64_t lanes_wanted(std::uint32_t tile, Place at, Flit const& flit, std::uint64_t free) const;
    unsigned      side_wanted(std::uint32_t tile, Place at, Flit const& flit, std::uint32_t free) const;
    bool          crosses_class(Place at, Flit const& flit, unsigned side) const;

    // packet_links.hpp: their way, and that of the credits for them.
    template <bool plain> [[gnu::always_inline]] inline void pass(Now& now, std::uint32_t tile, Place at, unsigned in,
                                                                  unsigned channel, unsigned out, unsigned lane);
    template <bool plain> [[gnu::always_inline]] inline void give_credit(Now& now, std::uint32_t tile, Place at,
                                                                         unsigned in, unsigned channel);
    void                                                     deliver(Flit const& flit, std::uint32_t tile, bool tail);

    static std::uint32_t way_of_xy(Place at, Place to);
    bool                 link_is_taken(std::uint32_t tile, unsigned lane) const;
    bool                 wraps(Place at, unsigned side) const;
    std::uint32_t        neighbour(std::uint32_t tile, Place at, unsigned side) const;
    Boundary const&      boundary(Place at, unsigned side) const;

    // packet_waits.hpp
    void      watch(std::uint64_t moved);
    QueueWait wait_of(std::uint32_t queue) const;

    PacketMeshParams  p_;
    PacketSource&     source_;
    DeliveryListener& listener_;
    std::uint32_t     tiles_;
    std::uint32_t     hop_, credit_; // cycles from a flit's crossing until it, or its credit, can be used
    std::uint32_t     now_    = 0;
    bool              uneven_ = false, plain_ = true;

    std::vector<Flit>         flits_;                          // queue x depth
    std::vector<std::uint8_t> first_, held_, takes_, credits_; // per queue; credits: of the lane out of the same number
    std::vector<Mask>         ready_, open_, busy_;            // per tile: queues with flits; lanes with credits, owned
    std::vector<std::uint8_t> grant_turn_, accept_turn_;       // per lane out, and in: whose turn it is
    std::vector<std::uint8_t> side_turn_, channel_turn_, out_turn_[2]; // per tile and side
    std::vector<std::uint32_t> sent_, link_free_;                      // per tile and side
    std::vector<Boundary>      east_, south_;                          // per column, per row

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
