// Latency over load of a packet mesh under synthetic traffic.
//
//     warm-up        | windows of measurement                | drain
//     ---------------+-------+-------+-----  ...  ---+-------+--------------> cycles
//     not counted      packets made here are followed          until all of them have arrived, or are too late
//
// Latency runs from the cycle in which a packet is made, queueing at its source included, to the arrival of its tail.
// The confidence interval comes from the means of the windows (batch means).
#pragma once

#include "configs/books.hpp"
#include "fabric/packet/packet_mesh.hpp"
#include "fabric/traffic/pattern.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace scribeline::fabric {

struct TrafficParams {
    PacketMeshParams mesh;
    Pattern          pattern       = Pattern::uniform;
    double           hotspot_share = 0.1;
    std::uint32_t    warm_up       = 5'000; // cycles
    std::uint32_t    window        = 2'000; // cycles
    std::uint32_t    windows       = 10;
    std::uint64_t    seed          = 1; // the same draws on every platform
};

struct LatencyOfHops {
    std::uint32_t hops    = 0;
    std::uint64_t packets = 0;
    double        mean    = 0; // cycles
};

struct TrafficPoint {
    double offered  = 0; // flits a node and cycle
    double accepted = 0; // of the windows
    // Cycles; nothing where the mesh does not keep up, so that latency grows for as long as one waits.
    std::optional<double>      mean, confidence, p50, p99, most; // confidence: half the interval of 95 %
    std::vector<LatencyOfHops> by_hops;
    double         zero_load      = 0; // cycles: hop x (mean hops + 1) + 2, boundaries, a cycle each further flit
    double         busiest_link   = 0; // flits a cycle
    double         mean_link_load = 0;
    bool           saturated      = false; // its mean latency is more than three times that of zero load
    std::uint64_t  packets = 0, cycles = 0;
    PacketCounters counters;
    std::uint64_t  state_hash = 0;
    configs::Books books;
};

// `rate` in flits a node and cycle. Throws configs::UserError (usage) for a rate outside (0, 1], and what
// PacketMesh::make and require_possible(Pattern) throw.
TrafficPoint measure(TrafficParams const& params, double rate);

// The largest offered load whose mean latency is at most three times that of zero load, to within `step` of it.
double saturation_rate(TrafficParams const& params, double step = 0.005);

// The load at which the busiest link would be full, if every packet took the way of xy: no mesh of that routing can
// do more. Flits a node and cycle, at most 1.
double bound_of_xy(TrafficParams const& params);

} // namespace scribeline::fabric
