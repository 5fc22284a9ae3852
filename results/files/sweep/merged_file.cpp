// /space: what was asked for. /points: one column a parameter, metric or fact. runs.h5: relative links to the runs.
#include "results/files/sweep/merged_file.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"
#include "results/files/build_info.hpp"
#include "results/files/output_file.hpp"
#include "results/files/rehearsal.hpp"
#include "results/files/run_file.hpp"
#include "results/files/sections/sections.hpp"
#include "results/hdf5/reader.hpp"
#include "results/hdf5/writer.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <hdf5.h>

namespace scribeline::results {

using configs::Exit;
using configs::UserError;
using Source = SweepColumn::Source;

namespace {

constexpr char const* sweep_conventions = "Scribeline-Sweep-1.0";

// Words that a status can be, so that a code means the same in every file.
std::vector<std::string> words_of(SweepColumn const& column)
{
    auto words = std::vector<std::string>{};
    if (column.name == "status") {
        for (std::size_t i = 0; i < point_status_count; ++i)
            words.emplace_back(name_of(static_cast<PointStatus>(i)));
        return words;
    }
    words = column.texts;
    for (auto& word : words)
        if (word.empty())
            word = "unknown";
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

// A word of flag_meanings has no blank, and a code has one byte.
bool can_be_coded(std::vector<std::string> const& words)
{
    return words.size() <= 255 && std::none_of(words.begin(), words.end(), [](std::string const& word) {
               return word.find(' ') != std::string::npos;
           });
}

char const* name_of(Source source)
{
    return source == Source::parameter ? "parameter" : source == Source::metric ? "metric" : "run";
}

void write_column(hdf5::Group& points, hdf5::Dimension const& point, SweepColumn const& column)
{
    auto const about = hdf5::About{column.units, column.long_name};
    auto const words = column.is_code ? words_of(column) : std::vector<std::string>{};
    auto const write = [&] {
        if (!column.is_text)
            return points.array(column.name, column.numbers, {&point}, about);
        if (!column.is_code || !can_be_coded(words))
            return points.array(column.name, column.texts, {&point}, about);
        auto codes = std::vector<std::uint8_t>{};
        for (auto const& text : column.texts) {
            auto const at = std::find(words.begin(), words.end(), text.empty() ? "unknown" : text);
            codes.push_back(static_cast<std::uint8_t>(at - words.begin()));
        }
        auto object = points.array(column.name, codes, {&point}, about);
        object.attribute(hdf5::flags(words));
        return object;
    };
    write().attribute("kind", name_of(column.source));
}

// The first goal, or the speed; nothing while no point has a result.
SweepColumn const* plotted(SweepTable const& table)
{
    auto const* column = table.find(table.goals.empty() ? "tokens_per_second_per_user" : table.goals.front().column);
    return column != nullptr && !column->is_text ? column : nullptr;
}

void write_space(hdf5::Group& root, configs::SweepPlan const& plan)
{
    auto       space     = root.group("space");
    auto const parameter = space.dimension("parameter", plan.columns.size());
    space.attribute("sampler", plan.sampler).attribute("seed", plan.seed).attribute("samples", plan.samples);
    space.attribute("machine", plan.machine).attribute("skipped", std::uint64_t{plan.skipped});
    space.array("name", plan.columns, {&parameter}, {"1", "parameter that an axis sets"});
    space.array("kind", plan.kinds, {&parameter}, {"1", "kind of axis"});
    space.array("spec", plan.specs, {&parameter}, {"1", "what the sweep file says of it"});
    space.scalar("sweep_file", plan.content, {"1", "the sweep file"});
    auto names  = std::vector<std::string>{};
    auto values = std::vector<std::string>{};
    for (auto const& [name, value] : plan.fixed) {
        names.push_back(name);
        values.push_back(value);
    }
    auto const fixed = space.dimension("fixed", names.size());
    space.array("fixed_name", names, {&fixed}, {"1", "parameter that is the same at every point"});
    space.array("fixed_value", values, {&fixed}, {"1", "its value"});
}

// In a file of its own: the netCDF library follows every link of a file that it opens, and would open every run.
void write_links(SweepFolder const& folder, SweepTable const& table)
{
    auto output = OutputFile{folder.links_file()};
    auto bytes  = std::vector<char>{};
    {
        auto        file   = hdf5::MemoryFile{};
        auto        root   = file.root();
        auto const& status = *table.find("status");
        root.attribute("Conventions", sweep_conventions)
            .attribute("title", "links to the runs of " + table.description);
        for (std::size_t i = 0; i < table.rows; ++i) {
            if (status.texts[i] != results::name_of(PointStatus::ok))
                continue;
            if (H5Lcreate_external(folder.run_name(i).c_str(), "/", root.id(), fmt::format("{:06}", i).c_str(),
                                   H5P_DEFAULT, H5P_DEFAULT) < 0)
                throw std::runtime_error{"an external link cannot be made"};
        }
        bytes = file.image();
    }
    output.commit(bytes);
}

std::string join_goals(std::vector<configs::Goal> const& goals)
{
    auto text = std::string{};
    for (auto const& goal : goals)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", goal.maximise ? "max" : "min", goal.column);
    return text;
}

std::vector<std::string> split(std::string const& text, std::string const& separator)
{
    auto parts = std::vector<std::string>{};
    for (std::size_t from = 0; from < text.size();) {
        auto const end = std::min(text.find(separator, from), text.size());
        parts.push_back(text.substr(from, end - from));
        from = end + separator.size();
    }
    return parts;
}

SweepColumn read_column(hdf5::InputFile const& file, std::string const& name)
{
    auto const dataset = "/points/" + name;
    auto const text    = [&](char const* key) { return file.attribute(dataset, key).value_or(""); };
    auto       column  = SweepColumn{};
    column.name        = name;
    column.units       = text("units");
    column.long_name   = text("long_name");
    auto const kind    = text("kind");
    column.source      = kind == "parameter" ? Source::parameter : kind == "run" ? Source::about_run : Source::metric;
    if (file.has_attribute(dataset, "flag_values")) {
        auto const words = split(text("flag_meanings"), " ");
        column.is_text = column.is_code = true;
        for (auto const code : file.counts(dataset)) {
            if (code >= words.size())
                throw hdf5::Failure{dataset + ": a code without a meaning"};
            column.texts.push_back(words[code] == "unknown" ? "" : words[code]);
        }
        return column;
    }
    try {
        column.numbers = file.numbers(dataset);
    } catch (hdf5::Failure const&) {
        column.is_text = true;
        column.texts   = file.texts(dataset);
    }
    return column;
}

} // namespace

void write_merged(SweepFolder const& folder, SweepTable const& table)
{
    auto output = OutputFile{folder.merged_file()};
    auto bytes  = std::vector<char>{};
    {
        auto       file  = hdf5::MemoryFile{};
        auto       root  = file.root();
        auto const build = build_info();
        root.attribute("Conventions", sweep_conventions)
            .attribute("schema_version", schema_version)
            .attribute("title", folder.plan().description)
            .attribute("source", fmt::format("Scribeline {}, commit {}{}", build.version, build.git_commit,
                                             build.git_dirty ? " with changes" : ""))
            .attribute("NX_class", "NXroot");
        write_space(root, folder.plan());
        auto points = root.group("points");
        points.attribute("goals", join_goals(table.goals));
        auto order = std::vector<std::uint64_t>(table.rows);
        std::iota(order.begin(), order.end(), std::uint64_t{0});
        auto const point = points.coordinates("point", order, {"1", "number of the point in its sweep"});
        for (auto const& column : table.columns)
            if (column.name != "point") // of a table that was read: it is the coordinate
                write_column(points, point, column);
        if (auto const* shown = plotted(table))
            sections::mark_plot(root, points, "points", shown->name.c_str(), {"point"});
        bytes = file.image();
    }
    output.commit(bytes);
    write_links(folder, table);
}

SweepTable read_merged(std::string const& path)
{
    auto const read = [&] {
        try {
            auto const file = hdf5::InputFile{path};
            if (file.attribute("/", "Conventions").value_or("") != sweep_conventions)
                throw UserError{Exit::bad_config, fmt::format("{} is not a merged sweep; 'scribeline sweep merge DIR' "
                                                              "writes DIR/sweep.h5",
                                                              configs::printable(path))};
            auto table        = SweepTable{};
            table.description = file.attribute("/", "title").value_or("");
            table.rows        = file.shape("/points/point").at(0);
            for (auto const& goal : split(file.attribute("/points", "goals").value_or(""), ", "))
                table.goals.push_back(configs::parse_goal(goal));
            auto names = file.texts("/space/name"); // parameters in their order, then the rest
            for (auto const& name : file.datasets_in("/points"))
                if (name != "point" && std::find(names.begin(), names.end(), name) == names.end())
                    names.push_back(name);
            for (auto const& name : names) {
                table.columns.push_back(read_column(file, name));
                auto const& column = table.columns.back();
                if ((column.is_text ? column.texts.size() : column.numbers.size()) != table.rows)
                    throw hdf5::Failure{name + ": not one value a point"};
            }
            auto number      = SweepColumn{};
            number.name      = "point";
            number.units     = "1";
            number.long_name = "number of the point in its sweep";
            number.source    = Source::about_run;
            number.numbers   = file.numbers("/points/point");
            if (number.numbers.size() != table.rows)
                throw hdf5::Failure{"/points/point: not one value a point"};
            table.columns.push_back(std::move(number));
            if (table.find("status") == nullptr)
                throw hdf5::Failure{"no column `status`"};
            return table;
        } catch (hdf5::Failure const& failure) {
            throw UserError{Exit::bad_config,
                            fmt::format("{} is damaged: {}. 'scribeline sweep merge' writes it anew",
                                        configs::printable(path), configs::printable(failure.what()))};
        } catch (configs::TextError const& error) {
            throw UserError{Exit::bad_config, fmt::format("{} is damaged: {}", configs::printable(path),
                                                          configs::printable(error.what()))};
        }
    };
    rehearse([&] { read(); }, bounds_for_file(path),
             fmt::format("{} is damaged: reading it crashes or stalls the HDF5 library, or takes too much memory. "
                         "'scribeline sweep merge' writes it anew",
                         configs::printable(path)));
    return read();
}

} // namespace scribeline::results
