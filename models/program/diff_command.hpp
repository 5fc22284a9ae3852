// `scribeline diff A.h5 B.h5`: what differs between two results.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Throws configs::UserError for files that cannot be read or are not of the same command.
configs::Exit diff_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
