// /comparison: every column as [machine, context]. /machines/NAME: the same of one machine, with the parts of its
// time. /parameters/NAME: all its parameters.
#include "results/files/compare/file.hpp"

#include "configs/schema/gpu_tables.hpp"
#include "results/files/build_info.hpp"
#include "results/files/compare/columns.hpp"
#include "results/files/compare/modules.hpp"
#include "results/files/sections/sections.hpp"

#include <algorithm>
#include <limits>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Comparison;
using models::ComparisonRow;
using Rows = std::vector<ComparisonRow const*>;

double or_nothing(std::optional<double> value) { return value.value_or(std::numeric_limits<double>::quiet_NaN()); }

hdf5::Dimension contexts_of(hdf5::Group& group, Comparison const& comparison)
{
    return group.coordinates("context", comparison.contexts, {"token", "tokens of every sequence"});
}

void write_columns(hdf5::Group& group, Rows const& rows, hdf5::Dimensions const& dimensions)
{
    auto fits = std::vector<std::uint8_t>{};
    for (auto const* row : rows)
        fits.push_back(row->fits);
    group.array("fits", fits, dimensions, {"1", "the machine holds weights and KV cache"})
        .attribute(hdf5::flags({"no", "yes"}));
    for (auto const& column : number_columns()) {
        auto values = std::vector<double>{};
        for (auto const* row : rows)
            values.push_back(or_nothing(column.of(*row)));
        group.array(column.name, values, dimensions, {column.units, column.long_name});
    }
    for (auto const& column : word_columns()) {
        auto values = std::vector<std::string>{};
        for (auto const* row : rows)
            values.push_back(column.of(*row));
        group.array(column.name, values, dimensions, {"1", column.long_name});
    }
}

// Of the time and of the energy of a token. Contexts at which the parts are not told apart have none: not a number.
template <class Parts> void write_parts(hdf5::Group& group, Rows const& rows, hdf5::Dimension const& context,
                                        Parts ComparisonRow::*parts, char const* dimension, char const* meaning,
                                        char const* name, hdf5::About const& text)
{
    auto const told = std::find_if(rows.begin(), rows.end(), [&](auto const* row) { return !(row->*parts).empty(); });
    if (told == rows.end())
        return;
    auto names = std::vector<std::string>{};
    for (auto const& each : (*told)->*parts)
        names.push_back(each.first);
    auto const part   = group.coordinates(dimension, names, {"1", meaning});
    auto       values = std::vector<double>{};
    for (auto const* row : rows)
        for (std::size_t i = 0; i < names.size(); ++i)
            values.push_back((row->*parts).empty() ? or_nothing({}) : (row->*parts)[i].second.value());
    group.array(name, values, {&context, &part}, text);
}

void write_machine(hdf5::Group& machines, Comparison const& comparison, std::size_t number)
{
    auto const& machine = comparison.machines[number];
    auto        rows    = Rows{};
    for (std::size_t i = 0; i < comparison.contexts.size(); ++i)
        rows.push_back(&comparison.row(number, i));
    auto group = machines.group(group_of_machine(machine.name));
    group.attribute("machine", machine.name);
    group.attribute("kind", configs::kind_name(machine.config.parameters.machine.kind));
    auto const context = contexts_of(group, comparison);
    write_columns(group, rows, {&context});
    write_parts(group, rows, context, &ComparisonRow::parts, "part", "where the time of a token goes", "part_time",
                {"s", "time of the part; all add up to time_per_token"});
    write_parts(group, rows, context, &ComparisonRow::energy_parts, "energy_part", "where the energy of a token goes",
                "part_energy", {"J", "energy of the part; all add up to energy_per_token"});
    write_modules(group, rows);
    auto notes = std::vector<std::string>{};
    for (auto const* row : rows)
        for (auto const& note : row->notes)
            if (std::find(notes.begin(), notes.end(), note) == notes.end())
                notes.push_back(note);
    auto const note = group.dimension("note", notes.size());
    group.array("notes", notes, {&note}, {"1", "what the models simplify"});
    group.scalar("config_toml", machine.config.toml(), {"1", "the resolved configuration of the machine"});
    auto names = std::vector<std::string>{}, hashes = names;
    for (auto const& file : machine.config.sources) {
        names.push_back(file.name);
        hashes.push_back(file.sha256);
    }
    auto       sources = group.group("sources");
    auto const file    = sources.dimension("file", names.size());
    sources.array("name", names, {&file}, {"1", "file that went into the configuration"});
    sources.array("sha256", hashes, {&file}, {"1", "SHA-256 of the file's bytes"});
}

// Beside /machines and not in it: in netCDF a group sees the dimensions of those around it, and a scalar `context` is
// then taken for the coordinates of the dimension `context`.
void write_parameters(hdf5::Group& root, Comparison const& comparison)
{
    auto parameters = root.group("parameters");
    for (auto const& machine : comparison.machines) {
        auto group = parameters.group(group_of_machine(machine.name));
        sections::write_parameter_groups(group, machine.config);
    }
}

} // namespace

std::string group_of_machine(std::string const& name)
{
    auto group = name;
    std::replace(group.begin(), group.end(), '/', '_');
    return group == "." ? "_" : group;
}

void ComparisonFile::write(Comparison const& comparison, std::string const& command_line)
{
    auto bytes = std::vector<char>{};
    {
        auto       file  = hdf5::MemoryFile{};
        auto       root  = file.root();
        auto const build = build_info();
        auto const time  = std::chrono::system_clock::to_time_t(created_);
        root.attribute("Conventions", comparison_conventions)
            .attribute("schema_version", comparison_schema_version)
            .attribute("title",
                       fmt::format("Decode of {} on {} machines", comparison.model, comparison.machines.size()))
            .attribute("history", fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}", fmt::gmtime(time), command_line))
            .attribute("source", fmt::format("Scribeline {}, commit {}{}", build.version, build.git_commit,
                                             build.git_dirty ? " with changes" : ""))
            .attribute("NX_class", "NXroot");
        auto group = root.group("comparison");
        sections::mark_plot(root, group, "comparison", "time_per_token", {".", "context"});
        group.attribute("model", comparison.model);
        group.attribute("batch", comparison.batch);
        sections::write_cost(group, created_);
        auto names = std::vector<std::string>{};
        for (auto const& machine : comparison.machines)
            names.push_back(machine.name);
        auto const machine = group.coordinates("machine", names, {"1", "as asked for"});
        auto const context = contexts_of(group, comparison);
        auto       rows    = Rows{};
        for (auto const& row : comparison.rows)
            rows.push_back(&row);
        write_columns(group, rows, {&machine, &context});
        auto machines = root.group("machines");
        for (std::size_t m = 0; m < comparison.machines.size(); ++m)
            write_machine(machines, comparison, m);
        write_parameters(root, comparison);
        bytes = file.image();
    }
    output_.commit(bytes);
}

} // namespace scribeline::results
