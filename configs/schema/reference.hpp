// What the tables and the machine files say, for people: lists, `explain`, docs/parameters.md.
#pragma once

#include <string>

namespace scribeline::configs {

// Of one group where one is named. Throws UserError (usage) with the nearest when there is no such group.
std::string list_parameters(std::string const& group = "");

// Whether `explain` knows it: a parameter, its key alone, or a group of them.
bool names_a_parameter(std::string const& key);

// A parameter, or all of a group. Throws UserError (usage) with the nearest key when there is none.
std::string explain(std::string const& key);

// The text of docs/parameters.md.
std::string parameters_markdown();

} // namespace scribeline::configs
