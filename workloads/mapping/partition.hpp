// Cuts a sequence of units of work into consecutive stages.
#pragma once

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

// Blocks that must stand together: half a layer, a layer, several of them.
struct Unit {
    std::uint32_t blocks = 1;
    double        bytes  = 0; // of one PE, without caches
    double        cache  = 0; // for each request
    double        cycles = 0;
    double        load   = 0;     // cycles that its weights take over the edge of the wafer, where they are streamed
    bool          alone  = false; // at most one such unit in a stage
};

struct StageLimits {
    double        bytes;        // of all units of a stage
    double        cycles;       // the same
    std::uint32_t requests = 1; // whose caches must fit
    double        shared   = 0; // bytes that the first and the last unit save where they stand together
};

// The first unit of each stage.
using Cuts = std::vector<std::uint32_t>;

// Each stage takes as many units as fit: no other way needs fewer stages. Empty when a unit alone is beyond a limit, or
// when it takes more than `most` stages.
Cuts cut(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most);

// As many stages as cut() needs, with the largest of them as small as can be, within 1 % of the range.
Cuts cut_evenly(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most);

// Within `limits` and `most` stages, the slowest of them as fast as can be, within 1 % of the range.
Cuts cut_fast(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most);

// The most requests, up to `limits.requests`, that cut() finds stages for; 0: not one.
std::uint32_t most_requests(std::vector<Unit> const& units, StageLimits const& limits, std::uint64_t most);

} // namespace scribeline::workloads
