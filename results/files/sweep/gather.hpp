// The results of all points, read in processes of their own: a damaged file, which can crash the HDF5 library or send
// it round in circles, costs its own point and no other.
#pragma once

#include "results/files/sweep/folder.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace scribeline::results {

struct AboutMetric {
    std::string units, long_name;
};

// What a sweep keeps of one run.
struct RunRow {
    std::string                        fault;      // why the file cannot be used; empty: it can
    std::string                        infeasible; // why the answer is no; empty: it is not
    std::map<std::string, double>      numbers;    // /summary, or the row of a comparison
    std::map<std::string, std::string> words;      // coded values of /summary: bound_by
    std::map<std::string, AboutMetric> about;      // of those not described before
    double                             wall_seconds = 0;
    double                             peak_rss     = 0; // bytes
};

// Calls `take` for every point whose result is there, in no particular order, while `processes` read ahead.
void gather_runs(SweepFolder const& folder, unsigned processes,
                 std::function<void(std::size_t, RunRow const&)> const& take);

// One file of a run, a comparison of one machine at one context, or a study of yield, in this process. `id` is what its
// configuration must hash to. Throws what reading throws.
RunRow read_run(std::string const& path, std::string const& id, std::map<std::string, std::string> const& file_hashes);

} // namespace scribeline::results
