// `scribeline show`: what a result file holds.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Throws configs::UserError for a file that is not there, or not one of this program's.
configs::Exit show_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
