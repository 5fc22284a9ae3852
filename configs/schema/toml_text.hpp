// Parses TOML, here and nowhere else, and a plain value of it as the text that a parameter is set from.
#pragma once

#include <string>

#include <toml++/toml.h>

namespace scribeline::configs {

// Throws toml::parse_error, also for what would make the parser call itself beyond limits::toml_depth.
toml::table parse_toml(std::string const& content, std::string const& name);

// Of a string, a number or a boolean; empty for anything else.
std::string text_of(toml::node const& node);

} // namespace scribeline::configs
