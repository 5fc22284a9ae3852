// A file of a serving system as `serve` runs it.
#pragma once

#include "configs/schema/command_line.hpp"
#include "models/serving/system_spec.hpp"

#include <string>

namespace scribeline::program {

// Each pool resolved as `--machine` would, with what the command line sets besides on top of what the file sets. Throws
// as configs::read_system_file() and configs::resolve() do.
models::SystemSpec read_system(std::string const& name_or_path, configs::CommandLine const& line);

// A shipped system, or a file with pools in it.
bool names_a_system(std::string const& word);

// What the file says, in lines.
std::string explained_system(std::string const& name_or_path);

} // namespace scribeline::program
