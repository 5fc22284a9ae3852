// How evenly a step's tokens fall on groups of experts: rows of a region, or devices.
#pragma once

#include "workloads/model_shape.hpp"

#include <cstdint>

namespace scribeline::workloads {

struct ExpertLoad {
    double busiest  = 0; // token-expert pairs of the group that has most, on average over the draws
    double distinct = 0; // experts that any token chose, in all groups, likewise
};

struct ExpertDraw {
    std::uint32_t experts = 1, active = 1; // of a layer; of a token
    std::uint32_t tokens    = 1;           // of one step
    std::uint32_t groups    = 1;           // that experts are dealt out to in turn
    double        imbalance = 0;           // the k-th most popular expert is chosen in proportion to 1 / k^imbalance
    std::uint64_t seed      = 1;
    std::uint32_t layers    = 1; // each draws on its own: its popular experts are others
};

// Each token of each layer draws `active` different experts. Without imbalance nothing need be drawn: a token leaves an
// expert out with probability 1 - active / experts, so experts (1 - that^tokens) are chosen in the mean; pairs are
// taken to be spread evenly over groups, ceil(tokens x active / groups).
ExpertLoad expert_load(ExpertDraw const&);

} // namespace scribeline::workloads
