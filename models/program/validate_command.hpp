// `scribeline validate`: what a file of parameters or of a machine comes to.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Throws configs::UserError, which names all that is wrong in the file.
configs::Exit validate_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
