// `scribeline compare`: the same decode step on wafers, GPUs and others.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"
#include "models/compare/comparison.hpp"

#include <iosfwd>

namespace scribeline::program {

// Ends with answer_is_no when no machine holds the model at any context. Throws configs::UserError, before anything
// runs, for an unknown machine, key or value, and for a file that cannot be written.
configs::Exit compare_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
