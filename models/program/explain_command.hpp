// `scribeline explain`: a parameter, a word of a report, a shipped machine or model, or the result file of a run.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

configs::Exit explain_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
