#include "workloads/requests/comma_rows.hpp"

#include "configs/failure.hpp"
#include "workloads/requests/comma_line.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::workloads {

CommaRows::CommaRows(LineReader lines) : lines_{std::move(lines)}
{
    auto line = std::string_view{};
    if (lines_.next(line))
        split_cells(line, cells_);
    for (auto const& each : cells_)
        header_.emplace_back(each);
}

CommaRows::Column CommaRows::column(std::string const& name) const
{
    auto const found = std::find(header_.begin(), header_.end(), name);
    if (found == header_.end()) {
        auto shown = std::vector<std::string>{}; // a suggestion is printed as it is
        for (auto const& each : header_)
            shown.push_back(configs::printable(each));
        auto const all = fmt::format("{}", fmt::join(shown, ", ")).substr(0, 400);
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("{}:1: error: no column {}{}; there are {}", file(), configs::shown(name),
                                             configs::did_you_mean(name, shown), configs::printable(all))};
    }
    return {name, static_cast<std::size_t>(found - header_.begin())};
}

std::optional<CommaRows::Column> CommaRows::column_if(std::string const& name) const
{
    auto const found = std::find(header_.begin(), header_.end(), name);
    if (found == header_.end())
        return std::nullopt;
    return Column{name, static_cast<std::size_t>(found - header_.begin())};
}

bool CommaRows::next_cells(TraceRow& row)
{
    auto line = std::string_view{};
    if (!lines_.next(line))
        return false;
    row.line = lines_.line_number();
    split_cells(line, cells_);
    return true;
}

bool CommaRows::has_cell(Column const& column) const { return column.at < cells_.size() && !cells_[column.at].empty(); }

std::string_view CommaRows::cell(TraceRow const& row, Column const& column) const
{
    if (column.at >= cells_.size())
        refuse_row(file(), row.line, column.name, "",
                   fmt::format("missing: the row has {} cells and the header {}", cells_.size(), header_.size()));
    auto const text = cells_[column.at];
    if (text.empty())
        refuse_row(file(), row.line, column.name, "", "missing: the cell is empty");
    return text;
}

std::int64_t CommaRows::whole(TraceRow const& row, Column const& column) const
{
    auto const text = cell(row, column);
    if (auto const value = whole_of(text))
        return *value;
    refuse_row(file(), row.line, column.name, std::string{text}, "expected a whole number");
}

std::int64_t CommaRows::time(TraceRow const& row, Column const& column, std::int64_t unit) const
{
    auto const text = cell(row, column);
    if (auto const value = time_of(text, unit))
        return *value;
    refuse_row(file(), row.line, column.name, std::string{text}, "expected a number, of at most 292 years");
}

std::int64_t CommaRows::date(TraceRow const& row, Column const& column) const
{
    auto const text = cell(row, column);
    if (auto const value = date_of(text))
        return *value;
    refuse_row(file(), row.line, column.name, std::string{text},
               "expected a date and a time such as 2023-11-16 18:17:03.9799600");
}

} // namespace scribeline::workloads
