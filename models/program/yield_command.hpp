// `scribeline yield`: how many PEs wafers have after their defects are repaired.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Draws the wafers, or reads the one of --map, and prints what came of them. Ends with answer_is_no when none could be
// repaired. Throws configs::UserError: usage (the options, a machine that is no wafer), no_input and bad_config (the
// map).
configs::Exit yield_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
