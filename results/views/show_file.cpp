#include "results/views/show_file.hpp"

#include "configs/failure.hpp"
#include "models/wafer/outcome.hpp"
#include "results/files/run_file.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/export/group_table.hpp"
#include "results/views/metrics.hpp"
#include "results/views/other_files.hpp"
#include "results/views/report_text.hpp"
#include "results/views/terminal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using configs::OutputFormat;
using Json = nlohmann::ordered_json;
using Kind = TableColumn::Kind;

constexpr char const* json_schema_version = "1.0";

struct ShownFile {
    std::string                                      path;
    std::vector<std::pair<std::string, std::string>> meta;
    GroupTable                                       summary, operators, stages;
};

ShownFile read(hdf5::InputFile const& file)
{
    auto shown = ShownFile{file.path(), {}, {}, {}, {}};
    shown.meta.emplace_back("schema_version", file.attribute("/", "schema_version").value_or(""));
    for (auto const* name :
         {"machine", "model", "fidelity", "token_note", "created", "command_line", "git_commit", "state_hash"})
        if (auto const text = file.attribute("/meta", name))
            shown.meta.emplace_back(name, *text);
    shown.meta.emplace_back("status", meaning(file, "/meta/status"));
    shown.summary   = read_scalars(file, "summary");
    shown.operators = read_group(file, "operators");
    shown.stages    = read_group(file, "stages");
    if (shown.summary.columns.empty())
        throw hdf5::Failure{"/summary is missing or empty"};
    return shown;
}

std::string meta(ShownFile const& shown, std::string const& name)
{
    for (auto const& [key, text] : shown.meta)
        if (key == name)
            return configs::printable(text);
    return "unknown";
}

// Whole numbers are grouped by thousands, others rounded to six digits: to be looked at.
std::string readable(double value)
{
    if (std::isnan(value))
        return "-";
    if (value == std::round(value) && std::abs(value) < 1e15)
        return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::abs(value)));
    return fmt::format("{:.6g}", value);
}

std::string readable(TableColumn const& column, std::size_t row)
{
    switch (column.kind) {
    case Kind::whole:
        return readable(static_cast<double>(column.whole[row]));
    case Kind::real:
        return readable(column.reals[row]);
    case Kind::text:
        break;
    }
    return configs::printable(column.texts[row]);
}

std::string summary_text(GroupTable const& summary)
{
    std::size_t width = 0, digits = 0;
    auto const  known = [](TableColumn const& column) {
        return column.kind != Kind::real || !std::isnan(column.reals.at(0));
    };
    for (auto const& column : summary.columns) {
        if (!known(column))
            continue;
        width  = std::max(width, configs::printable(column.name).size());
        digits = std::max(digits, readable(column, 0).size());
    }
    auto text = std::string{"\nSummary\n"};
    for (auto const& column : summary.columns)
        if (known(column))
            text +=
                trimmed(fmt::format("  {:<{}}  {:>{}}  {}", configs::printable(column.name), width, readable(column, 0),
                                    digits, column.units == "1" ? "" : configs::printable(column.units))) +
                '\n';
    return text;
}

struct Sum {
    std::string   name;
    std::uint64_t count = 0, cycles = 0;
    models::Parts parts{};
};

std::vector<Sum> by_name(GroupTable const& operators)
{
    auto        sums   = std::vector<Sum>{};
    auto const& name   = operators.texts("name");
    auto const& cycles = operators.whole("cycles");
    auto        parts  = std::array<std::vector<std::int64_t> const*, models::part_count>{};
    for (std::size_t part = 0; part < models::part_count; ++part) {
        auto const column = fmt::format("{}_cycles", name_of(static_cast<models::Part>(part)));
        parts[part]       = operators.find(column) == nullptr ? nullptr : &operators.whole(column);
    }
    for (std::size_t row = 0; row < operators.rows; ++row) {
        auto at = std::find_if(sums.begin(), sums.end(), [&](auto const& sum) { return sum.name == name.at(row); });
        if (at == sums.end())
            at = sums.insert(sums.end(), Sum{name.at(row), 0, 0, {}});
        ++at->count;
        at->cycles += static_cast<std::uint64_t>(cycles.at(row));
        for (std::size_t part = 0; part < models::part_count; ++part)
            if (parts[part] != nullptr)
                at->parts[part] += static_cast<std::uint64_t>(parts[part]->at(row));
    }
    return sums;
}

std::string operators_text(GroupTable const& operators)
{
    if (operators.rows == 0)
        return "\nNo operators: closed forms give a token's time as a whole.\n";
    auto const    sums = by_name(operators);
    std::uint64_t all  = 0;
    for (auto const& sum : sums)
        all += sum.cycles;
    auto text = fmt::format("\nOperators\n  {:<24} {:>7} {:>14} {:>8}  mostly\n", "name", "count", "cycles", "share");
    for (auto const& sum : sums)
        text += fmt::format("  {:<24} {:>7} {:>14} {:>8}  {}\n", shortened(configs::printable(sum.name), 24),
                            grouped(sum.count), grouped(sum.cycles), percent(share_of(sum.cycles, all)),
                            sum.cycles == 0 ? "-" : name_of(largest_part(sum.parts)));
    return text + fmt::format("  {:<24} {:>7} {:>14}\n", "all", grouped(operators.rows), grouped(all));
}

std::string stages_text(GroupTable const& stages)
{
    if (stages.rows == 0)
        return {};
    auto const  cell = [&](char const* name, std::size_t row) { return readable(stages.at(name), row); };
    auto const& from = stages.whole("start_cycle");
    auto const& to   = stages.whole("end_cycle");
    auto text = fmt::format("\nStages\n  {:>5} {:>5} {:>11} {:>11} {:>14} {:>9}  blocks\n", "stage", "wafer", "at",
                            "PEs", "cycles", "requests");
    for (std::size_t row = 0; row < stages.rows; ++row)
        text += fmt::format("  {:>5} {:>5} {:>11} {:>11} {:>14} {:>9}  {}\n", row, cell("wafer", row),
                            cell("x", row) + "," + cell("y", row), cell("columns", row) + "x" + cell("rows", row),
                            readable(static_cast<double>(to.at(row)) - static_cast<double>(from.at(row))),
                            cell("requests", row), cell("blocks", row));
    return text;
}

std::string as_text(ShownFile const& shown)
{
    return fmt::format("{}: {} on {}, fidelity {}, schema {}, {}\n", configs::printable(shown.path),
                       meta(shown, "model"), meta(shown, "machine"), meta(shown, "fidelity"),
                       meta(shown, "schema_version"), meta(shown, "status")) +
           summary_text(shown.summary) + operators_text(shown.operators) + stages_text(shown.stages);
}

Json cell_json(TableColumn const& column, std::size_t row)
{
    switch (column.kind) {
    case Kind::whole:
        return column.whole[row];
    case Kind::real:
        return std::isfinite(column.reals[row]) ? Json(column.reals[row]) : Json{};
    case Kind::text:
        break;
    }
    return column.texts[row];
}

Json row_json(GroupTable const& table, std::size_t row)
{
    auto json = Json::object();
    for (auto const& column : table.columns)
        json[column.name] = cell_json(column, row);
    return json;
}

Json units_json(GroupTable const& table)
{
    auto json = Json::object();
    for (auto const& column : table.columns)
        if (column.kind != Kind::text)
            json[column.name] = column.units;
    return json;
}

std::string as_json(ShownFile const& shown)
{
    auto document              = Json::object();
    document["schema_version"] = json_schema_version;
    document["file"]           = shown.path;
    document["meta"]           = Json::object();
    for (auto const& [name, text] : shown.meta)
        document["meta"][name] = text;
    document["summary"] = row_json(shown.summary, 0);
    for (auto const* table : {&shown.operators, &shown.stages}) {
        auto rows = Json::array();
        for (std::size_t row = 0; row < table->rows; ++row)
            rows.push_back(row_json(*table, row));
        document[table->name] = std::move(rows);
    }
    for (auto const* table : {&shown.summary, &shown.operators, &shown.stages})
        document["units"][table->name] = units_json(*table);
    // In ASCII, so that what a file says has no control characters of two bytes either.
    return document.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

std::string as_long_csv(ShownFile const& shown)
{
    auto text = std::string{"table,row,column,units,value\n"};
    for (auto const* table : {&shown.summary, &shown.operators, &shown.stages})
        for (std::size_t row = 0; row < table->rows; ++row)
            for (auto const& column : table->columns)
                text += fmt::format("{},{},{},{},{}\n", table->name, row, csv_field(column.name),
                                    csv_field(column.units), csv_field(column.cell(row)));
    return text;
}

} // namespace

std::string show_file(std::string const& path, OutputFormat format, std::size_t width)
{
    auto text = std::string{};
    if (auto const kind = kind_of_result(path); kind != ResultKind::run) {
        auto const document = document_of(kind, path);
        text                = format == OutputFormat::json  ? as_json(document)
                              : format == OutputFormat::csv ? as_csv(document)
                                                            : as_text(document, width);
    } else {
        read_run(path, [&](hdf5::InputFile const& file) {
            auto const shown = read(file);
            text             = format == OutputFormat::json  ? as_json(shown)
                               : format == OutputFormat::csv ? as_long_csv(shown)
                                                             : as_text(shown);
        });
    }
    return format == OutputFormat::json ? text : fit_to_print(text);
}

} // namespace scribeline::results
