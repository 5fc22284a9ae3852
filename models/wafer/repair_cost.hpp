// What repaired places cost a token, as a closed form: where a region has longer links, its lines differ, and the
// folded fidelity cannot say (fabric/fold.hpp).
//
// All PEs of a region wait for the slowest of its lines in every collective. So each half of a collective (towards the
// middle of its lines, and from there to all) takes as much longer as the half-line with the most cycles on longer
// links, and each way to the next region as much as the line with the most. No two of these overlap: an upper estimate,
// of which the simulation of every wavelet reaches part (docs/yield.md).
#pragma once

#include "configs/parameters.hpp"
#include "fabric/longer_hops.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

// Lines of PEs side by side: along x or y, from the tile `begin` on.
struct LineBundle {
    std::uint32_t  wafer   = 0;
    bool           along_x = true;
    fabric::Origin begin;
    std::uint32_t  length = 1, lines = 1;
    std::uint32_t  segment =
        0;                    // each line is cut into segments of so many that have a middle of their own; 0: it is one
    std::uint64_t halves = 0; // of collectives over them
    std::uint64_t ways   = 0; // of vectors, from end to end
    std::uint32_t stage  = 0;
};

// What a token passes, stage by stage; of a plan for one layer, what that passes. What leaves a wafer, and the token's
// id on its way back, is left out.
std::vector<LineBundle> line_bundles(workloads::DecodeStep const& step, configs::Parameters const& parameters,
                                     workloads::TokenPlan const& plan);

// Cycles; `longer` by wafer.
std::uint64_t repair_cost(LineBundle const& bundle, std::vector<fabric::LongerHops> const& longer);
std::uint64_t repair_cost(std::vector<LineBundle> const& bundles, std::vector<fabric::LongerHops> const& longer);

} // namespace scribeline::models
