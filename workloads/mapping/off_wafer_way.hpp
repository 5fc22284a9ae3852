// The two ways of a token that leave the mesh's exact simulation: over the link between two wafers, and back to the
// embedding when the head is done. Closed forms in whole fabric cycles; the simulation waits so long, and the planner's
// estimate adds the same.
//
//     link      from a region to the east edge of its wafer, over the link, and from the west edge of the next wafer to
//               the last column of the region there. Every line of a region holds the whole vector, so the lines share
//               it: each carries one PE's part
//     return    the token's id, one wavelet, between the PEs of both regions that are farthest apart; where they are on
//               different wafers, along the edges that a link joins
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>

namespace scribeline::workloads {

struct WayCycles {
    std::uint64_t dispatch = 0; // control code, set-up at both ends, the task that the first wavelet starts
    std::uint64_t hops     = 0; // with both ramps
    std::uint64_t scribe   = 0; // scribe.extra_latency of every scribe line passed, and what their rate holds it up
    std::uint64_t serialisation = 0; // wavelets one after another
    std::uint64_t off_wafer     = 0; // the link's latency and, of a vector, its bandwidth

    std::uint64_t lines = 0; // scribe lines passed

    std::uint64_t total() const { return dispatch + hops + scribe + serialisation + off_wafer; }
};

// The hidden vector, from a stage to one on another wafer.
WayCycles link_way(DecodeStep const&, configs::Parameters const&, Stage const& from, Stage const& to);

// The token id, from the stage of the head to that of the embedding.
WayCycles return_way(DecodeStep const&, configs::Parameters const&, Stage const& head, Stage const& embedding);

} // namespace scribeline::workloads
