// `scribeline trace`: what a file of requests holds, before any machine serves them.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Throws configs::UserError: usage (the options), no_input and bad_config (the trace).
configs::Exit trace_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
