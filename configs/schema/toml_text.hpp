// A plain value of a TOML file as the text that a parameter is set from.
#pragma once

#include <string>

#include <toml++/toml.h>

namespace scribeline::configs {

// Of a string, a number or a boolean; empty for anything else.
std::string text_of(toml::node const& node);

} // namespace scribeline::configs
