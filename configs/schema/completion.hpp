// Completion for bash and the manual page, from the table that the command line is read with.
#pragma once

#include "configs/schema/command_line.hpp"

#include <string>
#include <vector>

namespace scribeline::configs {

// `what`: "bash", a script to be sourced, or "man", a page of troff. Throws UserError (usage) for anything else.
std::string completion(std::string const& what, std::vector<Command> const& commands);

} // namespace scribeline::configs
