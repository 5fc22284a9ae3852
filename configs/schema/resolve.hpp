// From what was typed to every parameter, with who set it.
//
// default < machine file (and its bases) < --config files, in order < --set and options of their own
//
// `run` without --machine, --model, --config and an earlier run starts from configs/first_run.toml, so that it works
// without arguments; with any of them and no machine, the machine is wse2.
#pragma once

#include "configs/config.hpp"
#include "configs/schema/command_line.hpp"

#include <string>

namespace scribeline::configs {

// Throws UserError: usage (the command line), bad_config (a file, or values that do not go together), no_input (a
// missing file or machine). `validate FILE` counts as --config FILE.
Config resolve(CommandLine const& line);

// `run --from`: as above, on top of the configuration that an earlier run wrote down (Config::toml()).
Config resolve(CommandLine const& line, std::string const& earlier, std::string const& earlier_name);

// Config::toml() read back, with origin, citation and set_by as they were. `name` stands in error messages.
Config resolve_text(std::string const& toml, std::string const& name);

// Of the tables alone, and of a shipped machine or machine file.
Parameters default_parameters();
Parameters machine_parameters(std::string const& machine);

// Where the file of a machine is: a name is looked up in the share folders, anything with a slash or an ending is a
// path. Throws UserError (no_input) for an unknown name.
std::string machine_file(std::string const& machine);

// The line that says what a machine file describes.
std::string machine_description(std::string const& machine);

} // namespace scribeline::configs
