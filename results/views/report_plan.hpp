// The report's tables of where a token runs: stages, the planner's choice, requests in flight, growth of the KV cache.
#pragma once

#include "models/wafer/outcome.hpp"
#include "results/views/report_text.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results {

// Consecutive stages that are alike: the same size, bytes and requests, and the same cycles.
struct StageRun {
    std::size_t                 first = 0, last = 0; // numbers of stages
    models::StageOutcome const* from   = nullptr;
    models::StageOutcome const* to     = nullptr;
    std::uint64_t               fewest = 0, most = 0; // cycles of a stage
    std::string                 blocks;               // from the first block of the first to the last block of the last
};
// Cycles that differ by less than one in a hundred are alike: where a stage begins within the fabric's rounding of
// eighths of a cycle shows in single cycles.
std::vector<StageRun> alike(std::vector<models::StageOutcome> const& stages);

// Size of the regions; 0x0 when the outcome does not say.
struct RegionSize {
    std::uint32_t columns = 0, rows = 0;
};
RegionSize region_of(models::Outcome const& outcome);

// Each appends a heading and lines of at most 100 columns, and nothing when there is nothing to show.
void add_requests(Page& text, models::Outcome const& outcome);
void add_stages(Page& text, models::Outcome const& outcome);
void add_candidates(Page& text, models::Outcome const& outcome);

} // namespace scribeline::results
