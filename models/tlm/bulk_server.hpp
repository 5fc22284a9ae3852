// What serves bulk transfers, in plain C++: a memory or a link. The TLM target (bulk_target.hpp) asks it.
//
//     started          occupied until    finished
//       |---- occupancy ----|---- latency ----|
//                           the next one may start
#pragma once

#include "models/hbm/traffic.hpp"

#include <cstdint>

namespace scribeline::models {

// Simulated time as SystemC counts it. Integers: sums do not depend on their order.
using Picoseconds = std::uint64_t;

struct BulkRequest {
    std::uint64_t bytes   = 0;
    Traffic       traffic = Traffic::weights;
    std::uint32_t layer   = 0;
    bool          write   = false;
};

struct Served {
    Picoseconds started;  // the resource was free
    Picoseconds finished; // the last byte was there
};

class BulkServer {
  public:
    virtual ~BulkServer() = default;
    // Reserves what the request needs from `arrival` on, and books its bytes.
    virtual Served serve(Picoseconds arrival, BulkRequest const& request) = 0;
    // Nobody will ask for a time before `now` any more.
    virtual void forget(Picoseconds now) = 0;
    // Time reserved so far; of several units, the sum.
    virtual Picoseconds occupied() const = 0;
};

struct ServiceTime {
    Picoseconds occupancy = 0; // for nobody else
    Picoseconds latency   = 0; // beyond that, until the last byte is there
};

} // namespace scribeline::models
