// `scribeline published`: measured cases through the model.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Reads the files that --cases names (none: the rows that come with the program), runs their rows and prints them.
// Returns done, answer_is_no when a row is outside its tolerance, does not fit, or no row could be simulated, and
// internal when a simulation could not be trusted. Throws configs::UserError for what is wrong in a file, before
// anything runs.
configs::Exit published_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
