// Root attributes, parameters and configuration as in the file of a run.
#include "results/files/yield_file.hpp"

#include "results/files/sections/sections.hpp"
#include "results/files/yield_figures.hpp"

#include <limits>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

void write_figures(hdf5::Group& root, models::YieldStudy const& study)
{
    auto summary = root.group("summary");
    for (auto const& figure : yield_figures)
        for (auto const& [column, member] : yield_columns)
            summary.scalar(fmt::format("{}_{}", figure.key, column),
                           is_known(study, figure) ? study.*figure.spread.*member
                                                   : std::numeric_limits<double>::quiet_NaN(),
                           {"1", fmt::format("{} a wafer, {} of all wafers",
                                             std::string{figure.name}.substr(figure.name[0] == ' ' ? 2 : 0), column)});
    summary.scalar("unrepairable_share", study.unrepairable_share(), {"1", "wafers that cannot be repaired"});
    summary.scalar("perfect_dies_share", study.perfect_share(),
                   {"1", "dies as large as a reticle that have no defect, of all"});
    summary.scalar("perfect_dies_formula",
                   study.map.empty() ? study.expected_dies : std::numeric_limits<double>::quiet_NaN(),
                   {"1", "the same by the formula of the distribution"});
    summary.scalar("die_area", study.die_area, {"mm2", "area of such a die"});
}

void write_hops(hdf5::Group& root, models::YieldStudy const& study)
{
    if (study.pairs_at.size() < 2)
        return;
    auto hops = std::vector<std::uint32_t>{};
    for (std::uint32_t i = 1; i < study.pairs_at.size(); ++i)
        hops.push_back(i);
    auto group = root.group("hops");
    sections::mark_plot(root, group, "hops", "pairs", {"hops"});
    auto const axis = group.coordinates("hops", hops, {"1", "hops between neighbours of the mesh"});
    group.array("pairs", std::vector<double>(study.pairs_at.begin() + 1, study.pairs_at.end()), {&axis},
                {"1", "pairs a repaired wafer that are so many hops apart"});
}

} // namespace

void YieldFile::write(configs::Config const& config, models::YieldStudy const& study)
{
    auto bytes = std::vector<char>{};
    {
        auto file = hdf5::MemoryFile{};
        auto root = file.root();
        root.attribute("Conventions", yield_conventions).attribute("schema_version", yield_schema_version);
        root.attribute("title", fmt::format("Yield of {}", config.machine));
        sections::write_history(root, config, created_);
        write_figures(root, study);
        write_hops(root, study);
        sections::write_parameters(root, config);
        auto meta = sections::write_meta_of_config(root, config, created_);
        meta.attribute("wafers", study.wafers);
        meta.attribute("unrepairable_wafers", study.unrepairable);
        if (!study.map.empty())
            meta.attribute("map", study.map);
        if (study.first_refused)
            meta.attribute("first_refused",
                           fmt::format("wafer {}: {}", study.first_refused->number, study.first_refused->reason));
        sections::write_cost(meta, created_);
        bytes = file.image();
    }
    output_.commit(bytes);
}

} // namespace scribeline::results
