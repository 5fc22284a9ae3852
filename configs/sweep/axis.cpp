// Names and values of axes, checked against the tables of parameters.
#include "configs/sweep/axis.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/sweep/command.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// What a parameter makes of a text. The rows check one value at a time, so the others may be anything.
std::string printed(Row const& row, std::string const& text)
{
    static auto parameters = default_parameters();
    row.set(parameters, text);
    return row.text(parameters);
}

} // namespace

std::string column_name(std::string const& name)
{
    if (name == "machine" || find_row(name) != nullptr || command_of_count(name) != nullptr)
        return name;
    auto found = std::vector<std::string>{};
    auto known = std::vector<std::string>{"machine"};
    for (auto const& row : sweep_commands)
        if (row.count.column != nullptr) {
            known.emplace_back(row.count.column);
            if (known.back().substr(known.back().find('.') + 1) == name)
                found.push_back(known.back());
        }
    for (auto const* row : all_rows())
        if (row->key == name)
            found.push_back(row->name());
    if (found.size() == 1)
        return found.front();
    if (found.size() > 1)
        throw TextError{fmt::format("{} could be any of {}; write one of them", shown(name), fmt::join(found, ", "))};
    auto suggestion = did_you_mean(name, known);
    if (suggestion.empty())
        suggestion = did_you_mean_row(name);
    throw TextError{fmt::format("{}: unknown parameter{}", printable(name), suggestion)};
}

ColumnKind column_kind(std::string const& name)
{
    using What = ColumnKind::What;
    if (name == "machine")
        return {What::text, {}};
    if (auto const* command = command_of_count(name))
        return {What::number, command->count.units};
    auto const& row = *find_row(name);
    if (!row.units.empty())
        return {What::number, row.units};
    return {std::isnan(row.number(Parameters{})) ? What::text : What::number, {}};
}

std::string column_value(std::string const& column, std::string const& text)
{
    if (auto const* command = command_of_count(column))
        return fmt::format("{}", parse_count(command->count, text));
    if (column != "machine")
        return printed(*find_row(column), text);
    try {
        machine_parameters(text);
    } catch (UserError const& error) {
        throw TextError{error.what()};
    }
    return text;
}

std::optional<NumberWithUnit> split_number(std::string const& text)
{
    auto number             = 0.0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return std::nullopt;
    auto const at = text.find_first_not_of(' ', static_cast<std::size_t>(end - text.data()));
    return NumberWithUnit{number, at == std::string::npos ? "" : text.substr(at)};
}

std::string value_in_range(std::string const& column, Range const& range, double number)
{
    // Enough digits for any parameter and few enough that the last bit of exp() on some platform does not show.
    auto const text  = [&](double value) { return fmt::format("{:.10g} {}", value, range.unit); };
    auto const clean = [](std::string with_blank) {
        while (!with_blank.empty() && with_blank.back() == ' ')
            with_blank.pop_back();
        return with_blank;
    };
    try {
        return column_value(column, clean(text(number)));
    } catch (TextError const&) {
        if (std::round(number) == number)
            throw;
    }
    return column_value(column, clean(text(std::round(number))));
}

std::vector<std::string> Axis::at(double u) const
{
    if (!range)
        return values[std::min(values.size() - 1, static_cast<std::size_t>(u * static_cast<double>(values.size())))];
    auto const number = range->spacing == Range::Spacing::linear
                            ? range->from + u * (range->to - range->from)
                            : range->from * std::exp(u * std::log(range->to / range->from));
    return {value_in_range(columns.front(), *range, number)};
}

} // namespace scribeline::configs
