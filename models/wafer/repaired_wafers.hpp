// The wafers of a run that has defects (run.defects): drawn or read, repaired, and what that leaves: a regular mesh
// some of whose links are longer.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/longer_hops.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::models {

struct RepairedWafers {
    std::vector<fabric::LongerHops> longer;                // by wafer; empty: no defects were asked for
    std::uint64_t                   dead = 0, rewired = 0; // PEs and links over scribe lines, of all wafers
    std::uint64_t                   longer_links = 0;

    bool                      any() const { return !longer.empty(); }
    fabric::LongerHops const* of(std::uint32_t wafer) const { return any() ? &longer[wafer] : nullptr; }
};

// run.defects = SEED: wafer i is wafer i of yield_study() with that seed. = FILE: the one wafer that it describes.
// Throws configs::UserError: answer_is_no for a wafer that cannot be repaired, with the reason; bad_config for one map
// and several wafers, or a map that is for another grid; no_input for a file that cannot be read.
RepairedWafers repaired_wafers(configs::Parameters const& parameters, std::uint32_t wafers);

} // namespace scribeline::models
