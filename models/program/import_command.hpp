// `scribeline import`: a machine file out of another tool's description of hardware.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Throws configs::UserError: no_input, bad_config, cannot_create.
configs::Exit import_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
