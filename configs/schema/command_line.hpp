// What was typed, before any of it is looked up. resolve.hpp turns it into a Config.
#pragma once

#include "configs/config.hpp"
#include "configs/failure.hpp"

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
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

    // What a command keeps for itself: its own options by their long names, in order.
    std::vector<std::pair<std::string, std::string>> options;

    // The first of these of that name; nothing when it was not given.
    std::optional<std::string> option(std::string_view name) const;

    std::string text; // all of it, quoted so that a shell reads it back
};

// One option of a command. What its value is good for stands with it, so that no reader knows options by name.
struct Option {
    // Throws TextError, which names the option, where the value cannot be.
    using Take = std::function<void(CommandLine&, Option const&, std::string const& value)>;

    std::string name;  // "output"
    std::string brief; // "o"; empty: none
    std::string value; // "FILE.h5", "table|json|csv"; empty: it takes none
    std::string help;
    Take        take;
    bool        repeatable = false;
};

// A row of the table of commands (models/program/commands.cpp). The command line is read with it; help, completion and
// the manual page are written from it.
struct Command {
    std::string         name;
    std::string         arguments; // as in the synopsis
    std::string         help;
    std::size_t         least, most; // arguments
    std::vector<Option> options;     // beyond those of every command
    std::string         note = {};   // what the help of the command says behind its options

    Exit (*answer)(CommandLine const& line, std::ostream& out) = nullptr;
};

// Throws UserError (usage). -h stands for help everywhere; `--version` for the command.
CommandLine read_command_line(std::vector<std::string> const& arguments, std::vector<Command> const& commands);

// Three calls to start with: what a bare `scribeline` prints.
std::string examples();

// Of one command, or of all of them when `topic` is empty. Throws UserError (usage) for an unknown one.
std::string help(std::string const& topic, std::vector<Command> const& commands);

} // namespace scribeline::configs
