// `scribeline report`: a result file as a page, or one figure of it as a file.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::program {

std::vector<configs::Option> report_options();

// Throws configs::UserError for files that cannot be read, two that are not of one command, a page that cannot be
// written.
configs::Exit report_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
