// A mesh of packet-switched routers, cycle by cycle: wormhole switching, virtual channels, credits.
//
//                    +-----------------------------+
//     link in --->   | queue per virtual channel   |      one flit a cycle leaves each queue's side, one enters each
//     (5 sides)      |   \   allocation            | ---> link out: a router's separable allocator picks, for every
//                    |    +-> crossbar             |      side in, a channel, and for every side out, a side in
//     credits <---   | queue per virtual channel   | <--- credits
//                    +-----------------------------+
//
// A flit that wins in cycle t stands in the next router's queue, and may compete there, in cycle
// t + allocation + crossbar + link. Routes are looked up a router ahead, and a packet's first flit asks for a virtual
// channel and the crossbar at once. Both arbiters are round robin, one iteration.
//
//     a cycle:  receive()   links and credits that are due         -> queues, free channels
//               create()    packets of the sources that are due    -> queues of sources
//               allocate()  heads of queues                        -> links, credits, processing elements
//
// What is sent arrives at least a cycle later, so the order in which tiles are visited cannot matter. State is kept in
// columns: a queue's place is tile x (sides x channels) + side x channels + channel.
#pragma once

#include "fabric/packet/routing.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace scribeline::fabric {

// Links between two neighbouring columns or rows that are not like the others: a scribe line.
struct Boundary {
    std::uint32_t after    = 0; // the link leads from this column or row to the next, and back
    std::uint32_t extra    = 0; // cycles more
    std::uint32_t interval = 1; // cycles from a flit to the next
};

struct PacketMeshParams {
    std::uint32_t         columns = 8, rows = 8; // 1 .. 4,096
    std::uint32_t         channels         = 1;  // virtual channels of a link: 1 .. 8
    std::uint32_t         depth            = 8;  // flits that one of them holds in its queue: 1 .. 255
    std::uint32_t         flits_per_packet = 1;
    std::uint32_t         allocation = 1, crossbar = 1, link = 1, credit = 1; // cycles; together at most 60
    Routing               routing = Routing::xy;
    bool                  torus   = false;
    std::vector<Boundary> columns_cut, rows_cut;
};

// One packet as its source makes it.
struct Packet {
    std::uint32_t created = 0; // cycle
    std::uint32_t to      = 0; // tile, row-major
    std::uint32_t flits   = 1;
    bool          late    = false; // of o1turn: y first
};

// Tells when sources make packets. Called for each tile once, in the cycle that it named last.
class PacketSource {
  public:
    static constexpr std::uint32_t never = 0xffffffff;

    virtual ~PacketSource() = default;
    // The first cycle in which that tile makes a packet.
    virtual std::uint32_t first(std::uint32_t tile) = 0;
    // The packet of this cycle, and in `next` the cycle of the tile's next one (later than `now`).
    virtual Packet make(std::uint32_t tile, std::uint32_t now, std::uint32_t& next) = 0;
};

// A packet that has arrived, tail and all.
struct Delivery {
    std::uint32_t from = 0, to = 0; // tiles
    std::uint32_t created = 0, arrived = 0;
};

class DeliveryListener {
  public:
    virtual ~DeliveryListener()             = default;
    virtual void delivered(Delivery const&) = 0;
};

struct PacketCounters {
    std::uint64_t packets_created = 0, packets_delivered = 0;
    std::uint64_t flits_injected = 0, flits_delivered = 0;
    std::uint64_t link_hops = 0, router_passes = 0; // a pass to the processing element is no link hop
    std::uint64_t credits_sent = 0, credits_received = 0;
};

class PacketMesh {
  public:
    // Throws configs::UserError (bad_config) that says which value is out of range, or what the routing needs.
    static std::unique_ptr<PacketMesh> make(PacketMeshParams const& params, PacketSource& source,
                                            DeliveryListener& listener);
    virtual ~PacketMesh() = default;

    // Until `cycle`. Throws PacketDeadlock, which says who waits for whom, when nothing can move any more.
    virtual void advance_to(std::uint32_t cycle) = 0;
    // Sources make no further packet.
    virtual void stop_sources() = 0;

    virtual std::uint32_t  now() const                                    = 0;
    virtual PacketCounters counters() const                               = 0;
    virtual std::uint64_t  in_queues() const                              = 0; // flits in routers
    virtual std::uint64_t  on_links() const                               = 0;
    virtual std::uint64_t  at_sources() const                             = 0; // packets that have not entered whole
    virtual std::uint64_t  packets_on_their_way() const                   = 0; // entered whole, tail not delivered
    virtual std::uint64_t  credits_on_their_way() const                   = 0;
    virtual std::uint64_t  state_hash() const                             = 0;
    virtual std::uint32_t  sent_over(std::uint32_t tile, Side side) const = 0; // flits
    virtual std::size_t    bytes_of_state() const                         = 0; // beside flits, of the mesh
};

} // namespace scribeline::fabric
