// A study of yield as a page, JSON and CSV.
#include "results/views/yield_report.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"
#include "results/files/yield_figures.hpp"
#include "results/views/published_text.hpp"
#include "results/views/report_text.hpp"

#include <cmath>
#include <optional>
#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

namespace {

using models::Spread;
using models::YieldStudy;

constexpr char const* json_schema_version = "1.0";

std::string grid_text(std::uint32_t width, std::uint32_t height) { return fmt::format("{}x{}", width, height); }

// Whole numbers whole, a mean with one decimal.
std::string count(double value) { return figure(std::round(value * 10) / 10); }

using Speed = std::optional<models::YieldSpeed>;

void print_speed(std::ostream& out, models::YieldSpeed const& speed)
{
    out << fmt::format("\nWhat repair costs {}, context {}, {}\n", speed.model, grouped(speed.context), speed.plan);
    out << fmt::format("  {:<27}{:>11}  tokens/s for one user, {} cycles ({})\n", "regular mesh", figure(speed.regular),
                       grouped(speed.cycles), speed.fidelity);
    if (!speed.known()) {
        out << "  no machine of the first " << grouped(speed.machines) << " can be repaired\n";
        return;
    }
    auto const line = [&](char const* name, Spread const& spread) {
        out << fmt::format("  {:<27}", name);
        for (auto const& column : yield_columns)
            out << fmt::format("{:>11}", count(spread.*column.second));
        out << '\n';
    };
    out << fmt::format("  {:<27}", fmt::format("the first {}, repaired", grouped(speed.machines)));
    for (auto const& column : yield_columns)
        out << fmt::format("{:>11}", column.first);
    out << '\n';
    line("  tokens/s", speed.repaired);
    line("  cycles more, at most", speed.added);
    out << fmt::format("  Repair costs at most {} of the tokens a second in the mean: longer links by a closed form\n",
                       percent(1 - speed.repaired.mean / speed.regular));
}

nlohmann::ordered_json json_of(models::YieldSpeed const& speed)
{
    auto json = nlohmann::ordered_json{
        {"model", speed.model},       {"context", speed.context},         {"plan", speed.plan},
        {"fidelity", speed.fidelity}, {"cycles_per_token", speed.cycles}, {"regular_tokens_per_second", speed.regular},
        {"machines", speed.machines}, {"unrepairable", speed.refused}};
    for (auto const& [name, member] : yield_columns) {
        json["tokens_per_second"][name] = speed.known() ? nlohmann::ordered_json(speed.repaired.*member) : nullptr;
        json["cycles_more"][name]       = speed.known() ? nlohmann::ordered_json(speed.added.*member) : nullptr;
    }
    return json;
}

void print_table(std::ostream& out, configs::Config const& config, YieldStudy const& study, Speed const& speed)
{
    auto const& grid   = study.grid;
    auto const& yield  = config.parameters.yield;
    auto const  wafers = study.map.empty() ? fmt::format("{} wafer{}, seed {}", grouped(study.wafers),
                                                        study.wafers == 1 ? "" : "s", study.seed)
                                           : fmt::format("one wafer, defects from {}", configs::printable(study.map));
    out << fmt::format("Yield of {}: {}\n\n", configs::printable(config.machine), wafers);
    out << fmt::format("  physical grid  {} PEs, {} in all, in {} reticles\n", grid_text(grid.columns, grid.rows),
                       grouped(grid.pes()), grid_text(grid.reticle_columns, grid.reticle_rows));
    out << fmt::format("  usable grid    {} PEs, {} in all ({}); spare: {} columns, {} rows\n",
                       grid_text(grid.usable_columns, grid.usable_rows), grouped(grid.usable()),
                       percent(static_cast<double>(grid.usable()) / static_cast<double>(grid.pes())),
                       grid.spare_columns(), grid.spare_rows());
    if (study.map.empty())
        out << fmt::format("  defects        {} on {}, clustering {}\n", configs::print(yield.defect_density),
                           configs::print(yield.wafer_area), configs::print(yield.clustering));

    out << fmt::format("\n{:<29}", "Per wafer");
    for (auto const& column : yield_columns)
        out << fmt::format("{:>11}", column.first);
    out << '\n';
    for (auto const& figure : yield_figures) {
        if (!is_known(study, figure))
            continue;
        out << fmt::format("  {:<27}", figure.name);
        for (auto const& column : yield_columns)
            out << fmt::format("{:>11}", count(study.*figure.spread.*column.second));
        out << '\n';
    }

    out << fmt::format("\nWafers that cannot be repaired  {} of {} ({})\n", grouped(study.unrepairable),
                       grouped(study.wafers), percent(study.unrepairable_share()));
    if (study.first_refused)
        out << hanging("  ", fmt::format("wafer {}: {}", study.first_refused->number, study.first_refused->reason));
    out << fmt::format("Dies of {:.0f} mm2 without a defect  {}", study.die_area, percent(study.perfect_share()));
    if (study.map.empty())
        out << fmt::format(" ({} by the formula)", percent(study.expected_dies));
    out << '\n';
    if (speed)
        print_speed(out, *speed);
    if (study.pairs_at.empty())
        return;
    out << "\nHops between neighbours of the mesh, pairs per repaired wafer\n";
    for (std::size_t hops = 1; hops < study.pairs_at.size(); ++hops)
        out << fmt::format("  {:>5} {:>15}\n", hops, figure(study.pairs_at[hops]));
}

void print_json(std::ostream& out, configs::Config const& config, YieldStudy const& study, Speed const& speed)
{
    using Json             = nlohmann::ordered_json;
    auto const& grid       = study.grid;
    auto        json       = Json{};
    json["schema_version"] = json_schema_version;
    json["machine"]        = config.machine;
    json["wafers"]         = study.wafers;
    if (study.map.empty())
        json["seed"] = study.seed;
    else
        json["map"] = study.map;
    json["physical_grid"] = {grid.columns, grid.rows};
    json["usable_grid"]   = {grid.usable_columns, grid.usable_rows};
    json["reticles"]      = {grid.reticle_columns, grid.reticle_rows};
    for (auto const& setting : config.settings)
        if (setting.group == "yield")
            json["parameters"][setting.key] = {{"value", setting.text},
                                               {"origin", name_of(setting.origin)},
                                               {"source", setting.citation},
                                               {"set_by", setting.set_by}};
    for (auto const& figure : yield_figures)
        for (auto const& [name, member] : yield_columns)
            json["per_wafer"][figure.key][name] = is_known(study, figure) ? Json(study.*figure.spread.*member) : Json{};
    json["unrepairable_wafers"] = study.unrepairable;
    json["unrepairable_share"]  = study.unrepairable_share();
    json["first_refused"]       = nullptr;
    if (study.first_refused)
        json["first_refused"] = {{"wafer", study.first_refused->number}, {"reason", study.first_refused->reason}};
    json["die_area_mm2"]       = study.die_area;
    json["perfect_dies_share"] = study.perfect_share();
    if (study.map.empty())
        json["perfect_dies_formula"] = study.expected_dies;
    json["pairs_by_hops"] = Json::array();
    for (std::size_t hops = 1; hops < study.pairs_at.size(); ++hops)
        json["pairs_by_hops"].push_back({{"hops", hops}, {"pairs", study.pairs_at[hops]}});
    if (speed)
        json["speed"] = json_of(*speed);
    out << json.dump(2, ' ', true, Json::error_handler_t::replace) << '\n';
}

void print_csv(std::ostream& out, YieldStudy const& study, Speed const& speed)
{
    out << "figure,mean,p1,p50,p99,min,max\n";
    for (auto const& figure : yield_figures) {
        out << figure.key;
        for (auto const& column : yield_columns)
            out << (is_known(study, figure) ? fmt::format(",{}", study.*figure.spread.*column.second) : ",");
        out << '\n';
    }
    // What is one figure of all wafers has a mean only.
    out << fmt::format("unrepairable_share,{},,,,,\n", study.unrepairable_share());
    out << fmt::format("perfect_dies_share,{},,,,,\n", study.perfect_share());
    if (!speed)
        return;
    out << fmt::format("regular_tokens_per_second,{},,,,,\n", speed->regular);
    for (auto const& [name, spread] :
         {std::pair{"tokens_per_second", speed->repaired}, {"cycles_more", speed->added}}) {
        out << name;
        for (auto const& column : yield_columns)
            out << (speed->known() ? fmt::format(",{}", spread.*column.second) : ",");
        out << '\n';
    }
}

} // namespace

void print(std::ostream& out, configs::Config const& config, YieldStudy const& study, Speed const& speed)
{
    switch (config.format) {
    case configs::OutputFormat::table:
        print_table(out, config, study, speed);
        break;
    case configs::OutputFormat::json:
        print_json(out, config, study, speed);
        break;
    case configs::OutputFormat::csv:
        print_csv(out, study, speed);
        break;
    }
}

} // namespace scribeline::results
