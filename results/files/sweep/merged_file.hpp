// sweep.h5: all points of a sweep in one file (docs/results_format.md, "A sweep").
#pragma once

#include "results/files/sweep/table.hpp"

#include <string>

namespace scribeline::results {

// Writes DIR/sweep.h5, and DIR/runs.h5 with a link to each run; each complete or not at all. Throws UserError when the
// disk does not take it.
void write_merged(SweepFolder const& folder, SweepTable const& table);

// Reads one back. Throws UserError: no_input when it is missing, bad_config when it is none.
SweepTable read_merged(std::string const& path);

} // namespace scribeline::results
