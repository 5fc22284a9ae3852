// What the tables and the machine files say, for people: lists, `explain`, docs/parameters.md.
#pragma once

#include <string>

namespace scribeline::configs {

std::string list_machines();
std::string list_parameters();

// A parameter, or all of a group. Throws UserError (usage) with the nearest key when there is none.
std::string explain(std::string const& key);

// The text of docs/parameters.md.
std::string parameters_markdown();

} // namespace scribeline::configs
