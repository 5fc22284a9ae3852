// `scribeline list`: what there is to choose from.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace scribeline::program {

configs::Exit list_command(configs::CommandLine const& line, std::ostream& out);

// A shipped machine or model by its name, in sentences; nothing for other words.
std::string explained_name(std::string const& name);

} // namespace scribeline::program
