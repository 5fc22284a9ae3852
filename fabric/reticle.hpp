// The routers and PEs of one reticle, cycle by cycle. Plain C++: a unit test can step it without a kernel.
//
// A cycle reads like the pipeline:
//
//     receive()       what is due      -> queues; credits, timers
//     route_all()     heads of queues  -> one winner per output port -> neighbours, scribe lines, ramps
//     execute_all()   ramps            -> processing elements -> ramps
//
// Each pass makes the list of the tiles or PEs that it has to visit in the next cycle: quiet ones are on none.
//
// Whatever is sent arrives at least one cycle later, room in a queue is known to its one sender alone, and a PE touches
// nothing but its own tile. So no step of a cycle can see what another step of the same cycle did, and the order in
// which tiles are visited cannot matter; tests reverse it.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/activity.hpp"
#include "fabric/blame.hpp"
#include "fabric/geometry.hpp"
#include "fabric/ids.hpp"
#include "fabric/lanes.hpp"
#include "fabric/large_pages.hpp"
#include "fabric/longer_hops.hpp"
#include "fabric/operation_table.hpp"
#include "fabric/parcel.hpp"
#include "fabric/payload.hpp"
#include "fabric/probe.hpp"
#include "fabric/queues.hpp"
#include "fabric/reticle_state.hpp"
#include "fabric/stream_threads.hpp"
#include "fabric/timers.hpp"
#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::fabric {

// Cycles of the fabric, as the passes use them.
struct Timing {
    std::uint32_t hop, ramp, scribe; // latencies; scribe is the whole way: hop + extra
    std::uint32_t serialisation;     // eighths per wavelet and port
    std::uint32_t at_scribe;         // the same where the port leads over a scribe line
    std::uint32_t depth;             // of a queue
    std::uint32_t memory;            // cycles after which the arbiters of a router start over

    bool unit_rate() const { return serialisation == 8 && at_scribe == 8; } // no port is ever busy
    // A stream over a scribe line can be slower than one over any other link.
    bool cuts_slow_streams() const { return scribe > hop || at_scribe > serialisation; }
    // Of a wavelet that comes `late` behind the first of its stream, with `before` others between the two: cycles that
    // a scribe line is why. That is by how much it comes later over the line than over any other link, by the line's
    // rate or by its credits, of which a queue full is back every two latencies; less what the wavelet is later still,
    // because it would have waited for that other reason anyhow. `interval`: of the stream, eighths.
    std::uint64_t held_up(std::uint64_t before, std::uint32_t interval, std::uint64_t late) const;

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
    OperationTable            operations;
    Geometry                  geometry;
    Timing                    timing;
    configs::VisitingOrder    visiting;
    std::uint32_t             windows;
    BlameBoard                board;
    Fault                     fault;
    Probe*                    probe  = nullptr;
    LongerHops const*         longer = nullptr; // of the program's mesh; null: every link is like any other

    Shared(workloads::Program const& program, configs::Parameters const& parameters, Fault fault = {},
           Probe* probe = nullptr, Origin origin = {}, LongerHops const* longer = nullptr);
};

// When the last PE finished an operator, and where its time had gone.
struct OperatorEnd {
    std::uint64_t cycle = 0;
    std::uint32_t pe    = 0;
    Blame         blame;
    bool          seen = false;
};

struct Counters {
    std::uint64_t from_links = 0;                             // over links, scribe lines included, counted on arrival
    std::uint64_t injected = 0, forked = 0, delivered = 0;    // wavelets
    std::uint64_t hops           = 0;                         // over links between tiles of this reticle
    std::uint64_t crossings_sent = 0, crossings_received = 0; // over its scribe lines
    std::uint64_t worked = 0;                                 // cycles of the operations executed
};

class Reticle {
  public:
    Reticle(Shared& shared, Block const& block);

    Block const&  block() const { return block_; }
    std::uint64_t now() const { return now_; }

    // Runs all cycles before `until`; those in which nothing is due cost nothing. One quantum: of other reticles it
    // sees what they had done when it began, so they may run at the same time, on other threads.
    void advance(std::uint64_t until);
    // After a quantum, when no reticle runs.
    void publish() { shared_.board.take(journal_); }
    // About how many tiles and PEs will be visited in the next cycle.
    std::size_t load() const { return active_.size() + running_.size() + arrivals_.at(now_).size(); }
    // The next cycle in which something is due, `never` when all is quiet.
    std::uint64_t next_event() const;
    bool          finished() const { return unfinished_ == 0; }
    std::uint64_t last_finish() const { return last_finish_; }

    // The scribe lines. What was sent since the last call; and what came from beyond.
    Parcel& outbox(Direction side) { return outbox_[static_cast<std::size_t>(side)]; }
    void    deliver(Direction side, Parcel const& parcel);

    // After the run.
    void          close(std::uint64_t end); // books idle time up to `end`
    std::uint64_t state_hash() const;
    Counters      counters() const;
    std::uint64_t in_flight() const; // wavelets in queues and on their way
    std::uint64_t on_links() const;  // of those, on a link or put out to a scribe line
    // Slots of queues: those there are, and those accounted for as filled, free at the sender, or on their way.
    std::uint64_t                   slots() const { return queues_.size() * timing_.depth; }
    std::uint64_t                   slots_accounted() const;
    std::vector<PeAccount> const&   accounts() const { return accounts_; }
    Blame const&                    blame(TileId tile) const { return blame_[tile]; }
    std::vector<std::uint32_t>      link_counts() const; // [direction * tiles + tile]: wavelets sent
    std::vector<OperatorEnd> const& operator_ends() const { return ends_; }
    ActivityRecord const&           activity() const { return activity_; }
    Payload&                        payload() { return payload_; }
    std::vector<std::string>        waiting(std::size_t at_most) const; // who waits for whom

  private:
    // What a calendar entry is about, in one word: 24 bits of tile, 7 of lane, and a flag that marks a control wavelet,
    // or a credit from beyond a scribe line. (Not bit fields: the compiler writes those byte by byte.)
    class Place {
      public:
        Place(TileId tile, LaneId lane, bool flag = false) : bits_{tile | lane << 24 | std::uint32_t{flag} << 31} {}
        Place() : bits_{0} {}
        explicit Place(std::uint32_t bits) : bits_{bits} {}
        std::uint32_t bits() const { return bits_; }
        TileId        tile() const { return TileId{bits_ & 0xffffffu}; }
        LaneId        lane() const { return LaneId{bits_ >> 24 & 0x7fu}; }
        bool          flag() const { return bits_ >> 31; }

      private:
        std::uint32_t bits_;
    };
    // A wavelet that comes to a place. One word again: a struct of two would be written in halves and read as a whole.
    class Arrival {
      public:
        Arrival() : bits_{0} {}
        explicit Arrival(std::uint64_t bits) : bits_{bits} {}
        Arrival(Place to, std::uint32_t word) : bits_{to.bits() | std::uint64_t{word} << 32} {}
        Place         to() const { return Place{static_cast<std::uint32_t>(bits_)}; }
        std::uint32_t word() const { return static_cast<std::uint32_t>(bits_ >> 32); }

      private:
        std::uint64_t bits_;
    };

    void                           step();
    void                           receive();
    template <bool unit_rate> void route_all();
    void                           execute_all();
    void                           find_longer_links();
    void                           credit(Place place);
    void                           wake_sender(Place place);
    void                           find_ways();
    void                           forward(TileId tile, LaneId lane, std::uint8_t ports);
    void                           block_without_room(TileId tile, LaneId lane, std::uint8_t ports);
    void                           arbitrate(TileId tile);
    void                           send(TileId tile, LaneId lane, Direction out, std::uint32_t word, bool control);
    bool                           has_room(TileId tile, LaneId lane, Direction out) const;
    void                           await_room(TileId tile, LaneId lane, Direction out);
    void                           await_credit(Queue& queue, Place place, std::uint32_t latency);
    void                           free_slot(Queue& queue, Place place, std::uint32_t latency);
    void                           land(TileId tile, Queue& queue);
    bool                           await_landing(TileId tile);
    bool                           port_free(TileId tile, Direction out) const;
    void                           sweep_ports();
    void                           pop(TileId tile, LaneId lane, std::uint8_t outs);
    bool serves(TileId tile, LaneId lane) const; // the switch of its color stands at this lane
    void advance_switch(TileId tile, Color color);
    void wake(TileId tile, Color color);
    void make_ready(TileId tile, std::uint64_t lanes);

    void execute(TileId tile);
    void begin(TileId tile, std::uint64_t at);
    void start(TileId tile, std::uint64_t at);
    void next_operation(TileId tile);
    void follow_script(TileId tile);
    void finish_operation(TileId tile, workloads::Operation const& op, std::uint64_t at);
    void begin_stream(TileId tile, std::uint64_t at);
    void complete(TileId tile, std::uint64_t at);
    void timer(TileId tile);
    void change(TileId tile, PeState state, std::uint64_t at);
    void stall(TileId tile, PeState state);
    void resume(TileId tile);
    void inherit_blame(TileId tile);
    bool comes_over_a_cut(std::uint32_t pe, workloads::Operation const& op);
    void close_windows(std::uint64_t until);

    // Streams in the background: reticle_threads.cpp.
    void landed(TileId tile);
    void room(TileId tile);
    void set_up_thread(TileId tile, std::uint64_t at);
    void join(TileId tile, std::uint64_t at);
    void run_threads();
    bool run_thread(TileId tile, StreamThread& thread);

    LaneRoute const* routes_of(TileId tile) const { return lanes_.routes(router_[tile].routes); }
    std::uint32_t    global_pe(TileId tile) const { return global_[tile]; }
    std::uint32_t    position(TileId tile, Direction side) const;
    TileId           neighbour(TileId tile, Direction d) const
    {
        return TileId{static_cast<std::uint32_t>(std::int64_t{tile} + delta_[static_cast<std::size_t>(d)])};
    }
    // A scribe line or the end of the region lies there; a longer link of the reticle is marked as well, and more.
    bool beyond_edge(TileId tile, Direction d) const
    {
        return (router_[tile].edges & (workloads::bit(d) | unsigned{workloads::bit(d)} << 4)) == workloads::bit(d);
    }
    bool is_longer(TileId tile, Direction d) const { return router_[tile].edges & unsigned{workloads::bit(d)} << 4; }
    // Cycles beyond those of any other link.
    std::uint32_t more(TileId tile, Direction d) const
    {
        return more_.empty() ? 0u : more_[static_cast<std::size_t>(d) * tiles_ + tile];
    }
    std::uint8_t& credits_of_longer(TileId tile, Direction d, LaneId lane)
    {
        return longer_credits_[longer_number_[static_cast<std::size_t>(d) * tiles_ + tile] * lanes_.routers() + lane];
    }
    std::uint8_t credits_of_longer(TileId tile, Direction d, LaneId lane) const
    {
        return const_cast<Reticle*>(this)->credits_of_longer(tile, d, lane);
    }

    Shared&                     shared_;
    workloads::Program const&   program_;
    Lanes const&                lanes_;
    Timing const                timing_;
    Block const                 block_;
    std::uint32_t const         tiles_;
    std::uint32_t const         block_number_;
    std::array<std::int64_t, 5> delta_;
    std::vector<Way>            ways_;
    std::uint64_t               now_           = 0;
    std::uint64_t               quantum_begin_ = 0;

    // Routers. [tile], or [lane * tiles + tile].
    Column<Router>                           router_;
    Column<std::uint32_t>                    contested_; // [tile]: the last cycle in which lanes competed for a port
    Queues                                   queues_;
    std::vector<std::uint32_t>               global_;   // number in the region
    std::vector<std::uint8_t>                switches_; // [switch * tiles + tile]
    std::uint64_t                            sweep_at_; // cycle at which ports that have long been free are marked anew
    std::array<std::vector<std::uint8_t>, 4> edge_credits_; // [position * lanes + lane of the neighbour]
    std::array<Parcel, 4>                    outbox_;

    // Links that repair made longer; empty where there are none. Those of the reticle have their credits sent, as
    // over scribe lines: a queue remembers too few cycles for them.
    std::vector<std::uint16_t> more_;           // [direction * tiles + tile]: cycles
    std::vector<std::uint32_t> longer_number_;  // [direction * tiles + tile]: of those on the reticle
    std::vector<std::uint8_t>  longer_credits_; // [number * lanes + lane of the neighbour]

    // PEs.
    Column<Pe>             pe_;
    Column<Blame>          blame_;
    std::vector<PeAccount> accounts_;
    Payload                payload_;
    BlameBoard::Journal    journal_;
    // [operation, PE]: what comes_over_a_cut() found.
    std::map<std::pair<workloads::Operation const*, std::uint32_t>, bool> over_a_cut_;
    StreamThreads                                                         threads_;

    // Calendars and active lists.
    Ring<Arrival>        arrivals_;
    Ring<Place>          credits_;
    Ring<std::uint32_t>  landed_; // PEs that wait for a wavelet that is on the ramp
    Wheel                timers_;
    Batch<std::uint32_t> active_, next_active_;   // tiles with ready lanes
    Batch<std::uint32_t> running_, next_running_; // PEs whose stream can go on

    Counters                 counters_;
    std::vector<OperatorEnd> ends_;
    ActivityRecord           activity_;
    bool                     watched_     = false; // a probe listens, or something will be lost on purpose
    std::uint64_t            history_     = 0;     // hash of all completions
    std::uint64_t            unfinished_  = 0;
    std::uint64_t            last_finish_ = 0;
    std::uint64_t            lost_        = 0; // events counted towards the fault
};

// A slot of a queue whose sender is on this reticle.
inline void Reticle::free_slot(Queue& queue, Place place, std::uint32_t latency)
{
    queue.give_credit(now_);
    if (queue.waiting & Queue::sender_waits) {
        queue.waiting &= static_cast<std::uint8_t>(~Queue::sender_waits);
        credits_.at(now_ + latency).push_back(place);
    }
}

// A wavelet is on the ramp towards a PE.
inline void Reticle::land(TileId tile, Queue& queue)
{
    queue.land(now_);
    if (queue.waiting & Queue::pe_waits) {
        queue.waiting &= static_cast<std::uint8_t>(~Queue::pe_waits);
        landed_.at(now_ + timing_.ramp).push_back(tile);
    }
}

} // namespace scribeline::fabric
