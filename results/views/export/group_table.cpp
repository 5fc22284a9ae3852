#include "results/views/export/group_table.hpp"
#include "results/views/csv_field.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using hdf5::InputFile;
using Kind = TableColumn::Kind;

// What netCDF names a dimension that has no coordinates.
bool is_bare_dimension(InputFile const& file, std::string const& dataset)
{
    auto const name = file.attribute(dataset, "NAME");
    return name && name->rfind("This is a netCDF dimension but not a netCDF variable", 0) == 0;
}

std::vector<std::string> words_of(InputFile const& file, std::string const& dataset)
{
    auto words    = std::istringstream{file.attribute(dataset, "flag_meanings").value_or("")};
    auto meanings = std::vector<std::string>{};
    for (std::string word; words >> word;)
        meanings.push_back(word);
    auto texts = std::vector<std::string>{};
    for (auto const code : file.whole_numbers(dataset)) {
        if (code < 0 || static_cast<std::size_t>(code) >= meanings.size())
            throw hdf5::Failure{fmt::format("{}: code {} has no meaning", dataset, code)};
        texts.push_back(meanings[static_cast<std::size_t>(code)]);
    }
    return texts;
}

TableColumn read_column(InputFile const& file, std::string const& dataset, std::string const& name)
{
    auto column      = TableColumn{};
    column.name      = name;
    column.units     = file.attribute(dataset, "units").value_or("1");
    column.long_name = file.attribute(dataset, "long_name").value_or("");
    if (file.has_attribute(dataset, "flag_values")) {
        column.texts = words_of(file, dataset);
        return column;
    }
    switch (file.kind(dataset)) {
    case InputFile::Kind::text:
        column.texts = file.texts(dataset);
        break;
    case InputFile::Kind::whole:
        column.kind  = Kind::whole;
        column.whole = file.whole_numbers(dataset);
        break;
    case InputFile::Kind::real:
        column.kind  = Kind::real;
        column.reals = file.numbers(dataset);
        break;
    }
    return column;
}

GroupTable read(InputFile const& file, std::string const& name, std::size_t dimensions)
{
    auto       table = GroupTable{name, {}, 0};
    auto const group = "/" + name;
    if (!file.has(group))
        return table;
    auto const datasets = file.datasets_in(group);
    for (auto const& link : file.links_in(group)) {
        auto const dataset = group + "/" + link;
        if (std::find(datasets.begin(), datasets.end(), link) == datasets.end() ||
            file.shape(dataset).size() != dimensions || is_bare_dimension(file, dataset))
            continue;
        table.columns.push_back(read_column(file, dataset, link));
        auto const rows = table.columns.back().rows();
        if (table.columns.size() > 1 && rows != table.rows)
            throw hdf5::Failure{fmt::format("{} has {} rows, others of its group {}", dataset, rows, table.rows)};
        table.rows = rows;
    }
    return table;
}

} // namespace

std::size_t TableColumn::rows() const
{
    return kind == Kind::text ? texts.size() : kind == Kind::whole ? whole.size() : reals.size();
}

std::string TableColumn::cell(std::size_t row) const
{
    switch (kind) {
    case Kind::whole:
        return fmt::format("{}", whole[row]);
    case Kind::real:
        return std::isnan(reals[row]) ? std::string{} : fmt::format("{}", reals[row]);
    case Kind::text:
        break;
    }
    return texts[row];
}

TableColumn const* GroupTable::find(std::string const& column) const
{
    auto const found =
        std::find_if(columns.begin(), columns.end(), [&](auto const& each) { return each.name == column; });
    return found == columns.end() ? nullptr : &*found;
}

TableColumn const& GroupTable::at(std::string const& column) const
{
    auto const* found = find(column);
    if (found == nullptr)
        throw hdf5::Failure{fmt::format("/{}/{} is missing", name, column)};
    return *found;
}

std::vector<std::string> const& GroupTable::texts(std::string const& column) const
{
    auto const& found = at(column);
    if (found.kind != Kind::text)
        throw hdf5::Failure{fmt::format("/{}/{} holds numbers where text was expected", name, column)};
    return found.texts;
}

std::vector<std::int64_t> const& GroupTable::whole(std::string const& column) const
{
    auto const& found = at(column);
    if (found.kind != Kind::whole)
        throw hdf5::Failure{fmt::format("/{}/{} holds no whole numbers", name, column)};
    return found.whole;
}

GroupTable read_group(InputFile const& file, std::string const& name) { return read(file, name, 1); }

GroupTable read_scalars(InputFile const& file, std::string const& name) { return read(file, name, 0); }

std::string as_csv(GroupTable const& table)
{
    auto text = std::string{};
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        text += (i == 0 ? "" : ",") + csv_heading(table.columns[i].name, table.columns[i].units);
    text += '\n';
    for (std::size_t row = 0; row < table.rows; ++row) {
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            text += (i == 0 ? "" : ",") + csv_field(table.columns[i].cell(row));
        text += '\n';
    }
    return text;
}

} // namespace scribeline::results
