// `scribeline sweep run|status|merge|show|plan|submit`.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Points are run by this very program (program.hpp), each in a process of its own. Throws UserError.
configs::Exit sweep_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
