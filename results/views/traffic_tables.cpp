#include "results/views/traffic_tables.hpp"

#include "configs/failure.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using hdf5::Failure;
using hdf5::InputFile;

// What a study and a file of it have in common.
struct Points {
    std::string                                title;
    std::map<std::string, std::vector<double>> columns; // of traffic_columns(), each as long
    double                                     saturation = 0, bound = 0, zero_load = 0; // NaN: not looked for
    std::size_t                                count = 0;
};

Points points_of(fabric::TrafficStudy const& study)
{
    auto points  = Points{};
    points.title = fmt::format("{} traffic on a mesh of {}: {}", name_of(study.params.pattern),
                               configs::printable(study.mesh), meaning_of(study.params.pattern));
    for (auto const& column : fabric::traffic_columns())
        for (auto const& point : study.points)
            points.columns[column.name].push_back(column.of(point));
    points.saturation = study.saturation.value_or(std::nan(""));
    points.bound      = study.bound;
    points.zero_load  = study.points.front().zero_load;
    points.count      = study.points.size();
    return points;
}

Points points_of(InputFile const& file)
{
    auto points       = Points{};
    points.title      = configs::printable(file.attribute("/", "title").value_or("Traffic on a mesh"));
    points.saturation = file.number("/summary/saturation");
    points.bound      = file.number("/summary/bound");
    points.zero_load  = file.number("/summary/zero_load");
    for (auto const& column : fabric::traffic_columns()) {
        auto const path  = fmt::format("/points/{}", column.name);
        auto       cells = file.numbers(path);
        if (&column == &fabric::traffic_columns().front())
            points.count = cells.size();
        if (cells.size() != points.count || cells.empty())
            throw Failure{fmt::format("{}: {} cells, expected {}", path, cells.size(), points.count)};
        points.columns[column.name] = std::move(cells);
    }
    return points;
}

// The columns that fit a terminal; a file and CSV have all.
Table table_of(Points const& points, bool whole)
{
    static auto const narrow = std::vector<std::string>{"offered",     "accepted",    "latency",     "confidence",
                                                        "latency_p50", "latency_p99", "busiest_link"};
    auto              table  = Table{"points", {}, {}};
    table.rows.resize(points.count);
    for (auto const& column : fabric::traffic_columns()) {
        if (!whole && std::find(narrow.begin(), narrow.end(), column.name) == narrow.end())
            continue;
        table.columns.push_back({column.name, column.units});
        for (std::size_t i = 0; i < points.count; ++i)
            table.rows[i].push_back(quantity(points.columns.at(column.name)[i]));
    }
    return table;
}

Sentences sentences_of(Points const& points)
{
    auto told =
        Sentences{fmt::format("A packet alone takes {:.4g} cycles in the mean. The busiest link of dimension order "
                              "would be full at {:.4g} flits a node and cycle.",
                              points.zero_load, points.bound)};
    if (!std::isnan(points.saturation))
        told.push_back(
            fmt::format("The mesh saturates at {:.4g}, {} of that: there the mean latency is three times that of a "
                        "packet alone.",
                        points.saturation, percent(points.saturation / points.bound)));
    auto const& saturated = points.columns.at("saturated");
    auto const  many      = std::count(saturated.begin(), saturated.end(), 1.0);
    if (many > 0)
        told.push_back(
            fmt::format("{} of {} loads are beyond saturation; a latency is given where all packets that were "
                        "followed arrived.",
                        many, points.count));
    return told;
}

Document document_of(Points const& points, bool whole)
{
    auto document  = Document{};
    document.title = points.title;
    document.sections.emplace_back().blocks.emplace_back(sentences_of(points));
    auto& section   = document.sections.emplace_back();
    section.heading = "Latency over load";
    section.blocks.emplace_back(table_of(points, whole));
    return document;
}

} // namespace

Document traffic_document(fabric::TrafficStudy const& study) { return document_of(points_of(study), false); }

Document shown_traffic(InputFile const& file) { return document_of(points_of(file), true); }

Document told_traffic(InputFile const& file)
{
    auto const points = points_of(file);
    return {points.title, {{"", {sentences_of(points)}}}};
}

std::vector<std::pair<std::string, std::string>> csv_tables_of_traffic(InputFile const& file)
{
    auto const points = points_of(file);
    auto       text   = std::string{};
    for (auto const& column : fabric::traffic_columns())
        text += (text.empty() ? "" : ",") + csv_heading(column.name, column.units);
    text += "\n";
    for (std::size_t i = 0; i < points.count; ++i) {
        auto line = std::string{};
        for (auto const& column : fabric::traffic_columns()) {
            auto const value = points.columns.at(column.name)[i];
            line += fmt::format("{}{}", line.empty() ? "" : ",", std::isnan(value) ? "" : fmt::format("{}", value));
        }
        text += line + "\n";
    }
    return {{"points.csv", text}};
}

} // namespace scribeline::results
