#include "configs/sweep/command.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"

#include <fmt/format.h>

namespace scribeline::configs {

SweepCommandRow const* command_of_count(std::string const& column)
{
    for (auto const& row : sweep_commands)
        if (row.count.column != nullptr && column == row.count.column)
            return &row;
    return nullptr;
}

std::uint64_t parse_count(CommandCount const& count, std::string const& text)
{
    auto const value = parse<std::uint64_t>(text);
    if (value < 1 || value > count.most)
        throw TextError{fmt::format("{} is outside 1 .. {} ({})", value, count.most, count.help)};
    return value;
}

std::string identity_of(SweepCommand command, std::uint64_t count)
{
    if (command == SweepCommand::run)
        return {};
    auto const* column = row_of(command).count.column;
    return fmt::format("command = {}\n", name_of(command)) +
           (column == nullptr ? std::string{} : fmt::format("{} = {}\n", column, count));
}

} // namespace scribeline::configs
