// What was typed, before any of it is looked up. resolve.hpp turns it into a Config.
#pragma once

#include "configs/config.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::configs {

enum class Color { automatic, always, never };

// One parameter that the command line sets.
struct Override {
    std::string option; // "--set", "--region": as typed in its long form
    std::string name;   // "mapping.region"
    std::string text;
};

struct CommandLine {
    std::string              command;   // empty: nothing was typed
    std::vector<std::string> arguments; // after the command: a file, a list, a key
    bool                     help = false;

    std::string              machine; // shipped name or path; empty: not said
    std::vector<std::string> configs; // files, in order
    std::vector<Override>    overrides;
    std::vector<std::string> cases;  // of measured cases, in order
    std::string              from;   // result file whose run is repeated
    std::string              output; // HDF5 file to write
    OutputFormat             format    = OutputFormat::table;
    bool                     dry_run   = false;
    int                      verbosity = 0; // -1, 0, 1
    Color                    color     = Color::automatic;

    // Of `sweep`, `compare` and `yield`: their own options by their long names, in order;
    // models/program/sweep/command.cpp, models/program/compare_command.cpp and results/views/yield_report.cpp read
    // them.
    std::vector<std::pair<std::string, std::string>> options;

    std::string text; // all of it, quoted so that a shell reads it back
};

// Throws UserError (usage). -h stands for help everywhere; `--version` for the command.
CommandLine read_command_line(std::vector<std::string> const& arguments);
CommandLine read_command_line(int argc, char const* const* argv); // argv[0] is the program

// Three calls to start with: what a bare `scribeline` prints.
std::string examples();

// Of one command, or of all of them when empty. Throws UserError (usage) for an unknown one.
std::string help(std::string const& command);

// In the order of the help.
std::vector<std::string> command_names();

// The same table that the command line is read with: for completion and the manual page.
struct OptionDescription {
    std::string name;  // "output"
    std::string brief; // "o"; empty: none
    std::string value; // "FILE.h5", "table|json|csv"; empty: it takes none
    std::string help;
};
struct CommandDescription {
    std::string                    name, arguments, help;
    std::vector<OptionDescription> options;
};
std::vector<CommandDescription> command_descriptions(); // in the order of the help

} // namespace scribeline::configs
