// Rows of GPUs in sets: by kind, device, library, width and size, each with how far off it is.
#pragma once

#include "models/published/run_case.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

struct GpuSet {
    models::CaseKind kind{};
    std::string      machine, library, bits;             // `-`: none
    std::string      size;                               // of what was measured: under 50 us, or 50 us and more
    std::size_t      rows = 0, within = 0;               // within: of them, those that keep the tolerance beside them
    double           magnitudes = 0, sum = 0, worst = 0; // percent; magnitudes and sum of all rows
    std::string      worst_id;

    double mean() const { return magnitudes / static_cast<double>(rows); }
    double bias() const { return sum / static_cast<double>(rows); }
};

// In the order of the first row of each; rows that were not simulated are in none.
std::vector<GpuSet> gpu_sets(std::vector<models::CaseOutcome> const& outcomes);

} // namespace scribeline::results
