// The times that an inference engine takes, by engine and version: a file each in configs/engines/.
//
//     [engine]
//     step_overhead = { value = "126 us", origin = "published", source = ".." }
//
// They stand between the tables and what anybody sets: a file of a machine, or a word on the command line, is over
// them.
#pragma once

#include "configs/engine_parameters.hpp"
#include "configs/schema/file.hpp"

#include <string>
#include <vector>

namespace scribeline::configs {

// Of that engine, the oldest first: "0.15", "0.19".
std::vector<std::string> engine_versions(EngineName name);

// The newest where `version` is "newest". Throws UserError (bad_config) for a version that has no file.
ConfigFile read_engine_file(EngineName name, std::string const& version);

} // namespace scribeline::configs
