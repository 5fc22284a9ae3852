// The options that commands share, and the makers of rows for those that one command has alone.
#pragma once

#include "configs/schema/command_line.hpp"

#include <vector>

namespace scribeline::configs {

// --color, --quiet, --verbose, --help: of every command.
std::vector<Option> general_options();

// --machine, --config, --set: of a command that resolves a configuration.
std::vector<Option> configuration_options();

// Of `run`: the parameters that have an option of their own, configuration_options(), what becomes of the result.
std::vector<Option> run_options();

// An option that sets a parameter: one without a value ("") sets it to `text`.
Option parameter_option(char const* name, char const* parameter, char const* value, char const* help,
                        char const* text = "");

// An option that the command reads itself, from CommandLine::options.
Option own_option(char const* name, char const* value, char const* help);

Option machine_option();
Option technology_option();
Option set_option(char const* help);
Option cases_option();
Option output_option(char const* value, char const* help);
Option format_option(char const* help); // table|json|csv
Option dry_run_option(char const* help);

Option with_brief(Option option, char const* brief);
Option repeatable(Option option);
Option kept(Option option); // the command finds it in CommandLine::options besides

} // namespace scribeline::configs
