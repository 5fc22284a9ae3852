// `scribeline serve`: requests of a trace, or drawn ones, on replicas of machines.
#pragma once

#include "configs/schema/command_line.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::program {

std::vector<configs::Option> serve_options();
configs::Exit                serve_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
