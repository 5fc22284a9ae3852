#include "results/views/serve_tables.hpp"

#include "results/views/csv_field.hpp"
#include "results/views/export/group_table.hpp"
#include "results/views/report_text.hpp"

#include <fmt/format.h>

namespace scribeline::results {

Document shown_serving(hdf5::InputFile const& file)
{
    auto       document = Document{file.attribute("/", "title").value_or("Requests that were served"), {}};
    auto       summary  = Table{"summary", {{"figure", "1", true}, {"value"}, {"units", "1", true}}, {}};
    auto const scalars  = read_scalars(file, "summary");
    for (auto const& column : scalars.columns)
        if (column.kind == TableColumn::Kind::real)
            summary.rows.push_back({word(column.name), quantity(column.reals.at(0)), word(column.units)});
    document.sections.push_back({"Over all requests", {std::move(summary)}});
    return document;
}

Document told_serving(hdf5::InputFile const& file)
{
    auto const number = [&](char const* name) { return file.number(std::string{"/summary/"} + name); };
    auto       told   = Sentences{};
    auto const rate   = number("output_token_throughput");
    told.push_back(fmt::format("{}: {:.0f} of {:.0f} were served in {:.1f} s{}.",
                               file.attribute("/", "title").value_or("Requests"), number("served"), number("requests"),
                               number("duration"),
                               is_figure(rate) ? fmt::format(", {:.0f} output tokens a second", rate) : ""));
    if (auto const mean = number("time_to_first_token_mean"); is_figure(mean))
        told.push_back(fmt::format("The first token took {:.0f} ms in the mean, and {:.0f} ms at the 99th percentile.",
                                   mean * 1e3, number("time_to_first_token_p99") * 1e3));
    if (auto const mean = number("inter_token_latency_mean"); is_figure(mean))
        told.push_back(fmt::format("From token to token it was {:.1f} ms in the mean.", mean * 1e3));
    return {"", {{"", {told}}}};
}

std::vector<std::pair<std::string, std::string>> csv_tables_of_serving(hdf5::InputFile const& file)
{
    auto const summary = read_scalars(file, "summary");
    auto       text    = std::string{"figure,units,value\n"};
    for (auto const& column : summary.columns)
        text += fmt::format("{},{},{}\n", csv_field(column.name), csv_field(column.units), column.cell(0));
    auto tables = std::vector<std::pair<std::string, std::string>>{{"summary.csv", text}};
    for (auto const* name : {"requests", "sessions", "engines", "links", "kv_tiers", "timeline", "reuse"})
        if (auto const table = read_group(file, name); table.rows > 0)
            tables.emplace_back(fmt::format("{}.csv", name), as_csv(table));
    for (auto const* name : {"parts", "causes", "requests"})
        if (auto const table = read_group(file, std::string{"costs/"} + name); table.rows > 0)
            tables.emplace_back(fmt::format("costs_{}.csv", name), as_csv(table));
    return tables;
}

} // namespace scribeline::results
