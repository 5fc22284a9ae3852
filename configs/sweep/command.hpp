// What a sweep runs at each of its points: `run`, `compare` with one machine, or `yield`.
//
//     command = "compare"
//     [axes]
//     machine        = ["wse3:4", "h100:8"]
//     workload.batch = [1, 8, 64]
//
// A command may have a number that is no parameter of any machine, an option of its own: `yield.wafers`.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace scribeline::configs {

enum class SweepCommand : std::uint8_t { run, compare, yield };

// A whole number that a command takes beside parameters; as a column it has this name.
struct CommandCount {
    char const*   column; // null: the command takes none
    char const*   option;
    char const*   units;
    char const*   help;
    std::uint64_t standard; // where a sweep does not say
    std::uint64_t most;
};

struct SweepCommandRow {
    SweepCommand command;
    char const*  name;
    char const*  machine_option;
    CommandCount count;
};

constexpr std::array sweep_commands{
    SweepCommandRow{SweepCommand::run, "run", "--machine", {nullptr, nullptr, "", "", 0, 0}},
    SweepCommandRow{SweepCommand::compare, "compare", "--machines", {nullptr, nullptr, "", "", 0, 0}},
    SweepCommandRow{SweepCommand::yield,
                    "yield",
                    "--machine",
                    {"yield.wafers", "--wafers", "1", "wafers whose defects are drawn", 1000, 10'000'000}},
};

constexpr SweepCommandRow const& row_of(SweepCommand command)
{
    return sweep_commands[static_cast<std::size_t>(command)];
}
constexpr char const* name_of(SweepCommand command) { return row_of(command).name; }

// The command that has a count of that name, or null.
SweepCommandRow const* command_of_count(std::string const& column);

// A number that such a column holds. Throws TextError.
std::uint64_t parse_count(CommandCount const& count, std::string const& text);

// What the identity of a point says of it, before the parameters. Nothing for `run`, whose points are known by their
// parameters alone. `count`: of a command that has one.
std::string identity_of(SweepCommand command, std::uint64_t count = 0);

} // namespace scribeline::configs
