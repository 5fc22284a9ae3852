// `scribeline capacity`: which systems are enough for a workload, and for how little.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::program {

std::vector<configs::Option> capacity_options();

// Serves the workload on every candidate, each in a process of its own, and prints them in order. Ends with
// answer_is_no when none is enough. Throws configs::UserError (usage).
configs::Exit capacity_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
