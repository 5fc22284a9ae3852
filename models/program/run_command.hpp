// `scribeline run`: one machine, asked for the token of one configuration.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Prints the report and writes the result file. Throws configs::UserError for what is wrong in what was asked,
// configs::SimulationFault where the hardware that is simulated is stuck.
configs::Exit run_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
