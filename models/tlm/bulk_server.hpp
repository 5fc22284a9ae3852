// What serves bulk transfers, in plain C++: a memory or a link. The TLM target (bulk_target.hpp) asks it.
//
//     started          occupied until    finished
//       |---- occupancy ----|---- latency ----|
//                           the next one may start
#pragma once

#include "models/hbm/traffic.hpp"
#include "models/tlm/picoseconds.hpp"

#include <cstdint>

namespace scribeline::models {

// Which ports of a switch a transfer passes, beside that of who asks; other targets have one way.
enum class Route : std::uint8_t {
    direct,     // one other port
    all_others, // every other port of the group, each with its share of the bytes
    added_up    // the switch adds up what all of the group have
};

struct Way {
    Route         route      = Route::direct;
    std::uint32_t peer       = 0; // the port; of a group, the first
    std::uint32_t group      = 0; // so many ports
    std::uint64_t wire_bytes = 0; // with flags and headers; 0: as many as the transfer has
};

struct BulkRequest {
    std::uint64_t bytes   = 0;
    Traffic       traffic = Traffic::weights;
    std::uint32_t layer   = 0;
    bool          write   = false;
    Way           way     = {};
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
