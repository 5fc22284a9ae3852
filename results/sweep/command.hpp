// `scribeline sweep run|status|merge|show|plan|submit`.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

namespace scribeline::results {

// Results go to stdout, all else to stderr. Throws UserError.
configs::Exit sweep_command(configs::CommandLine const& line);

} // namespace scribeline::results
