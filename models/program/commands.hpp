// The commands that there are: the only list of them (docs/extending.md, "a command").
#pragma once

#include "configs/schema/command_line.hpp"

#include <vector>

namespace scribeline::program {

// In the order of the help.
std::vector<configs::Command> const& commands();

} // namespace scribeline::program
