// `scribeline doctor`: what this program finds where it runs, and what of it stands in the way of a run.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// One line a finding, as a table or as JSON or CSV: versions, HDF5's filters and file locking (tried in the working
// directory), shipped files, limits, free memory against what every PE of the chosen region needs, threads, Slurm.
// Returns answer_is_no when something would make a run fail. Throws configs::UserError for what cannot be resolved.
configs::Exit doctor_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
