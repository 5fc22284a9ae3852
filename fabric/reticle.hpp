// The routers and PEs of one reticle, cycle by cycle. Plain C++: a unit test can step it without a kernel.
//
// A cycle reads like the pipeline:
//
//     receive()     what is due      -> queues; credits, timers
//     route()       heads of queues  -> one winner per output port -> neighbours, scribe lines, ramps
//     execute()     ramps            -> processing elements -> ramps
//     settle()      quiet tiles and PEs leave the active lists
//
// Whatever is sent arrives at least one cycle later, room in a queue is known to its one sender alone, and a PE touches
// nothing but its own tile. So no step of a cycle can see what another step of the same cycle did, and the order in
// which tiles are visited cannot matter; tests reverse it.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/activity.hpp"
#include "fabric/blame.hpp"
#include "fabric/geometry.hpp"
#include "fabric/lanes.hpp"
#include "fabric/parcel.hpp"
#include "fabric/payload.hpp"
#include "fabric/probe.hpp"
#include "fabric/reticle_state.hpp"
#include "fabric/timers.hpp"
#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::fabric {

// Cycles of the fabric, as the passes use them.
struct Timing {
    std::uint32_t hop, ramp, scribe; // latencies; scribe is the whole way: hop + extra
    std::uint32_t serialisation;     // eighths per wavelet and port
    std::uint32_t depth;             // of a queue

    static Timing of(configs::Parameters const&);
};

// A wavelet or credit to lose on purpose: tests show with it that the books notice.
struct Fault {
    enum class Kind { none, lose_hop, lose_crossing, lose_credit, forget_stall } kind = Kind::none;
    std::uint32_t block = 0; // which reticle of the region, row-major
    std::uint64_t count = 0; // the count-th of its kind
};

// What all reticles of a run share, read only but for the board.
struct Shared {
    workloads::Program const& program;
    Lanes                     lanes;
    Geometry                  geometry;
    Timing                    timing;
    configs::VisitingOrder    visiting;
    std::uint32_t             windows;
    BlameBoard                board;
    Fault                     fault;
    Probe*                    probe = nullptr;

    Shared(workloads::Program const& program, configs::Parameters const& parameters, Fault fault = {},
           Probe* probe = nullptr);
};

// When the last PE finished an operator, and where its time had gone.
struct OperatorEnd {
    std::uint64_t cycle = 0;
    std::uint32_t pe    = 0;
    Blame         blame;
    bool          seen = false;
};

struct Counters {
    std::uint64_t injected = 0, forked = 0, delivered = 0;    // wavelets
    std::uint64_t hops           = 0;                         // over links between tiles of this reticle
    std::uint64_t crossings_sent = 0, crossings_received = 0; // over its scribe lines
    std::uint64_t landings = 0;                               // router to PE
    std::uint64_t worked   = 0;                               // cycles of the operations executed
};

class Reticle {
  public:
    Reticle(Shared& shared, Block const& block);

    Block const&  block() const { return block_; }
    std::uint64_t now() const { return now_; }

    // Runs all cycles before `until`; those in which nothing is due cost nothing.
    void advance(std::uint64_t until);
    // The next cycle in which something is due, `never` when all is quiet.
    std::uint64_t next_event() const;
    bool          finished() const { return unfinished_ == 0; }
    std::uint64_t last_finish() const { return last_finish_; }

    // The scribe lines. What was sent since the last call; and what came from beyond.
    Parcel& outbox(Direction side) { return outbox_[static_cast<std::size_t>(side)]; }
    void    deliver(Direction side, Parcel const& parcel);

    // After the run.
    void            close(std::uint64_t end); // books idle time up to `end`
    std::uint64_t   state_hash() const;
    Counters const& counters() const { return counters_; }
    std::uint64_t   in_flight() const; // wavelets in queues and on their way
    // Slots of queues: those there are, and those accounted for as filled, free at the sender, or on their way.
    std::uint64_t                     slots() const { return heads_.size() * timing_.depth; }
    std::uint64_t                     slots_accounted() const;
    std::vector<PeAccount> const&     accounts() const { return accounts_; }
    std::vector<std::uint32_t> const& link_counts() const { return links_; } // [direction * tiles + tile]
    std::vector<OperatorEnd> const&   operator_ends() const { return ends_; }
    ActivityRecord const&             activity() const { return activity_; }
    Payload&                          payload() { return payload_; }
    std::vector<std::string>          waiting(std::size_t at_most) const; // who waits for whom

  private:
    // What a calendar entry is about. The flag marks a control wavelet, or a credit from beyond a scribe line.
    struct Place {
        std::uint32_t tile : 24, lane : 7, control : 1;
    };
    static Place place(std::uint32_t tile, std::uint32_t lane, bool control = false)
    {
        return Place{tile & 0xffffffu, lane & 0x7fu, control};
    }
    struct Arrival {
        Place         to;
        std::uint32_t word;
    };

    void step();
    void receive();
    void land(Arrival const& arrival);
    void credit(Place place);
    void route(std::uint32_t tile);
    bool forward(std::uint32_t tile, std::uint32_t lane, std::uint8_t ports);
    void block_without_room(std::uint32_t tile, std::uint32_t lane, std::uint8_t ports);
    void arbitrate(std::uint32_t tile);
    bool send(std::uint32_t tile, std::uint32_t lane, Direction out, std::uint32_t word, bool control);
    bool has_room(std::uint32_t tile, std::uint32_t lane, Direction out);
    bool port_free(std::uint32_t tile, Direction out) const;
    void pop(std::uint32_t tile, std::uint32_t lane, std::uint8_t outs);
    void advance_switch(std::uint32_t tile, Color color);
    void wake(std::uint32_t tile, Color color);
    void make_ready(std::uint32_t tile, std::uint64_t lanes);

    void          execute(std::uint32_t tile);
    void          begin(std::uint32_t tile, std::uint64_t at);
    void          begin_stream(std::uint32_t tile, std::uint64_t at);
    void          complete(std::uint32_t tile, std::uint64_t at);
    void          timer(std::uint32_t tile);
    void          change(std::uint32_t tile, PeState state, std::uint64_t at);
    void          stall(std::uint32_t tile, PeState state);
    void          resume(std::uint32_t tile);
    void          inherit_blame(std::uint32_t tile);
    std::uint32_t sender_of(std::uint32_t tile, workloads::Operation const& op) const;
    void          close_windows(std::uint64_t until);

    workloads::Operation const& operation(std::uint32_t tile) const
    {
        return shared_.program.roles[role_[tile]][pe_[tile].pc];
    }
    QueueHead&    queue(std::uint32_t lane, std::uint32_t tile) { return heads_[std::size_t{lane} * tiles_ + tile]; }
    std::uint32_t global_pe(std::uint32_t tile) const { return global_[tile]; }
    std::uint32_t position(std::uint32_t tile, Direction side) const;
    std::uint32_t neighbour(std::uint32_t tile, Direction d) const
    {
        return static_cast<std::uint32_t>(static_cast<std::int64_t>(tile) + delta_[static_cast<std::size_t>(d)]);
    }
    bool beyond_edge(std::uint32_t tile, Direction d) const { return edges_[tile] & workloads::bit(d); }

    Shared&                     shared_;
    workloads::Program const&   program_;
    Lanes const&                lanes_;
    Timing const                timing_;
    Block const                 block_;
    std::uint32_t const         tiles_;
    std::uint32_t const         block_number_;
    std::array<std::int64_t, 5> delta_;
    std::uint64_t               now_ = 0;

    // Routers. [tile], or [lane * tiles + tile].
    std::vector<std::uint64_t> ready_;   // lanes whose oldest wavelet may move
    std::vector<std::uint64_t> blocked_; // lanes that wait for a credit
    std::vector<std::uint8_t>  edges_;   // sides on which a scribe line or the end of the region lies
    std::vector<std::uint16_t> route_class_;
    std::vector<std::uint32_t> global_;
    std::vector<QueueHead>     heads_;
    std::vector<std::uint32_t> words_;    // [(lane * tiles + tile) * depth + slot]
    std::vector<std::uint8_t>  switches_; // [switch * tiles + tile]
    std::vector<std::uint8_t>  turn_;     // [tile * 5 + port]: lane that won last
    std::vector<std::uint32_t> links_;    // [direction * tiles + tile]: wavelets sent
    std::vector<std::uint64_t> free_at_;  // [tile * 5 + port], eighths; only where a wavelet takes longer than a cycle
    std::array<std::vector<std::uint8_t>, 4> edge_credits_; // [position * lanes + lane of the neighbour]
    std::array<Parcel, 4>                    outbox_;

    // PEs.
    std::vector<Pe>            pe_;
    std::vector<Blame>         blame_;
    std::vector<PeAccount>     accounts_;
    std::vector<std::uint16_t> role_;
    Payload                    payload_;

    // Calendars and active lists.
    Ring<Arrival>              arrivals_;
    Ring<Place>                credits_;
    Wheel                      timers_;
    std::vector<std::uint32_t> active_, next_active_;   // tiles with ready lanes
    std::vector<std::uint32_t> running_, next_running_; // PEs whose stream can go on

    Counters                 counters_;
    std::vector<OperatorEnd> ends_;
    ActivityRecord           activity_;
    std::uint64_t            history_     = 0; // hash of all completions
    std::uint64_t            unfinished_  = 0;
    std::uint64_t            last_finish_ = 0;
    std::uint64_t            lost_        = 0; // events counted towards the fault
};

} // namespace scribeline::fabric
