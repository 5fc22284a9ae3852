#include "results/files/traffic_file.hpp"

#include "results/files/sections/sections.hpp"

#include <limits>
#include <vector>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

template <class List, class Value> std::vector<double> column(List const& list, Value&& value)
{
    auto result = std::vector<double>{};
    for (auto const& each : list)
        result.push_back(value(each));
    return result;
}

void write_points(hdf5::Group& root, fabric::TrafficStudy const& study)
{
    auto        group = root.group("points");
    auto const& all   = fabric::traffic_columns();
    sections::mark_plot(root, group, "points", "latency", {"offered"});
    auto const axis = group.coordinates(all.front().name, column(study.points, all.front().of),
                                        {all.front().units, all.front().meaning});
    for (auto each = all.begin() + 1; each != all.end(); ++each)
        group.array(each->name, column(study.points, each->of), {&axis}, {each->units, each->meaning});
    auto hashes = std::vector<std::uint64_t>{};
    for (auto const& point : study.points)
        hashes.push_back(point.state_hash);
    group.array("state_hash", hashes, {&axis}, {"1", "of who delivered what, when"});
}

void write_hops(hdf5::Group& root, fabric::TrafficPoint const& point)
{
    if (point.by_hops.empty())
        return;
    auto       group = root.group("hops");
    auto const hops  = column(point.by_hops, [](auto const& each) { return each.hops; });
    auto const axis  = group.coordinates("hops", hops, {"1", "links from sender to receiver, by a shortest way"});
    group.array("packets", column(point.by_hops, [](auto const& each) { return double(each.packets); }), {&axis},
                {"1", "packets that were followed, at the least load"});
    group.array("latency", column(point.by_hops, [](auto const& each) { return each.mean; }), {&axis},
                {"cycle", "their mean latency"});
}

} // namespace

void TrafficFile::write(fabric::TrafficStudy const& study, std::string const& command_line)
{
    constexpr auto unknown = std::numeric_limits<double>::quiet_NaN();
    auto           bytes   = std::vector<char>{};
    {
        auto file = hdf5::MemoryFile{};
        auto root = file.root();
        root.attribute("Conventions", traffic_conventions).attribute("schema_version", traffic_schema_version);
        root.attribute("title", fmt::format("{} traffic on a mesh of {}", name_of(study.params.pattern), study.mesh));
        auto about         = configs::Config{};
        about.command_line = command_line;
        sections::write_history(root, about, created_);
        write_points(root, study);
        write_hops(root, study.points.front());
        auto summary = root.group("summary");
        summary.scalar(
            "saturation", study.saturation.value_or(unknown),
            {"flit/(node cycle)", "largest offered load whose mean latency is at most three times zero load"});
        summary.scalar("bound", study.bound,
                       {"flit/(node cycle)", "load at which the busiest link of dimension order would be full"});
        summary.scalar("zero_load", study.points.front().zero_load, {"cycle", "mean latency of a packet alone"});
        auto const& mesh = study.params.mesh;
        auto        meta = root.group("meta");
        meta.attribute("columns", mesh.columns).attribute("rows", mesh.rows).attribute("channels", mesh.channels);
        meta.attribute("depth", mesh.depth).attribute("flits_per_packet", mesh.flits_per_packet);
        meta.attribute("routing", name_of(mesh.routing)).attribute("pattern", name_of(study.params.pattern));
        meta.attribute("seed", study.params.seed).attribute("command_line", command_line);
        sections::write_cost(meta, created_);
        bytes = file.image();
    }
    output_.commit(bytes);
}

} // namespace scribeline::results
