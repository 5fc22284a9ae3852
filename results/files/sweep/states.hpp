// What became of each point of a sweep, by what its files say and not by their being there: a file of another
// configuration, or a damaged one, is no result of its point. `run`, `status` and `merge` agree by this.
#pragma once

#include "results/files/sweep/folder.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace scribeline::results {

struct PointStates {
    std::vector<PointStatus>           status;
    std::map<std::size_t, std::string> faults; // why a file that is there is no result of its point, which has failed

    // Again from the folder, but for those that are known to have a fault, which is not read again.
    void refresh(SweepFolder const& folder);
};

// Reads every result, `processes` at a time.
PointStates read_states(SweepFolder const& folder, unsigned processes);

} // namespace scribeline::results
