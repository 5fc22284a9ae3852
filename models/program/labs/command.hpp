// `scribeline lab list|show N|start N --as NAME|check FILE`: labs whose answers the simulator checks.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::program {

std::vector<configs::Option> lab_options();

// `check` ends with answer_is_no while an answer is wrong or missing.
configs::Exit lab_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
