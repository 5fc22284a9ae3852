// What a token costs, and how far it is from what memory, arithmetic and distance allow.
#include "models/wafer/outcome.hpp"
#include "results/page/charts/bars.hpp"
#include "results/page/charts/roof.hpp"
#include "results/page/markup.hpp"
#include "results/page/run_panels.hpp"
#include "results/views/report_energy.hpp"
#include "results/views/report_text.hpp"

#include <cmath>
#include <map>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

struct Work {
    double flops = 0, bytes = 0, seconds = 0, distance = 0; // distance: seconds on the way of words
    void   add(Work const& other)
    {
        flops += other.flops;
        bytes += other.bytes;
        seconds += other.seconds;
        distance += other.distance;
    }
};

double real(GroupTable const& table, char const* name, std::size_t row)
{
    auto const* column = table.find(name);
    return column == nullptr                          ? 0.0
           : column->kind == TableColumn::Kind::real  ? column->reals[row]
           : column->kind == TableColumn::Kind::whole ? static_cast<double>(column->whole[row])
                                                      : 0.0;
}

RoofPoint point_of(std::string name, std::string css, Work const& work)
{
    return {std::move(name), std::move(css), work.bytes > 0 ? work.flops / work.bytes : 0,
            work.seconds > 0 ? work.flops / work.seconds : 0, work.distance > 0 ? work.flops / work.distance : 0};
}

} // namespace

Panel energy_panel(RunFacts const& run)
{
    auto       panel = Panel{"energy", "Energy of a token", {}};
    auto const all   = run.metric("energy_per_token");
    if (std::isnan(all))
        return panel;
    auto bar = BarRow{"one token", {}, energy_text(all)};
    auto table =
        Table{"energy of a token", {{"part", "1", true}, {"energy"}, {"share"}, {"what it is", "1", true}}, {}};
    for (std::size_t i = 0; i < models::energy_part_count; ++i) {
        auto const part   = static_cast<models::EnergyPart>(i);
        auto const joules = run.metric(fmt::format("energy_{}", name_of(part)));
        if (std::isnan(joules))
            continue;
        bar.parts.push_back({name_of(part), joules, energy_text(joules)});
        table.rows.push_back({word(name_of(part)), quantity(joules, energy_text(joules)), word(percent(joules / all)),
                              word(meaning_of(part))});
    }
    panel.blocks.emplace_back(Figure{
        "energy", "What the energy of an output token goes into", stacked_bars({bar}, "joules of an output token"), "",
        fmt::format("The wafers take {}, and {} with the systems around them.", power_text(run.metric("power_chip")),
                    power_text(run.metric("power_system")))});
    panel.blocks.emplace_back(table_html(table));
    return panel;
}

Panel roofline_panel(RunFacts const& run)
{
    auto       panel = Panel{"roofline", "What memory, arithmetic and distance allow", {}};
    auto const clock = run.metric("clock");
    auto const peak  = run.metric("effective_bandwidth") / run.metric("fraction_of_peak_bandwidth");
    auto const macs  = run.metric("effective_arithmetic") / run.metric("fraction_of_peak_arithmetic");
    if (run.operators.rows == 0 || !(clock > 0) || !(peak > 0) || !(macs > 0) || !std::isfinite(peak) ||
        !std::isfinite(macs))
        return panel;
    auto whole   = Work{};
    auto by_name = std::map<std::string, Work>{};
    for (std::size_t i = 0; i < run.operators.rows; ++i) {
        auto const work = Work{real(run.operators, "flops", i),
                               real(run.operators, "bytes_weights", i) + real(run.operators, "bytes_kv", i),
                               real(run.operators, "cycles", i) / clock,
                               (real(run.operators, "hops_cycles", i) + real(run.operators, "scribe_cycles", i) +
                                real(run.operators, "off_wafer_cycles", i)) /
                                   clock};
        whole.add(work);
        by_name[run.operators.texts("name")[i]].add(work);
    }
    auto       roof  = Roof{peak, macs, {point_of(run.whole_token() ? "the token" : "the layer", "q6", whole)}};
    auto       table = Table{"roofline",
                       {{"what", "1", true},
                              {"intensity", "flop/byte"},
                              {"came out"},
                              {"memory allows"},
                              {"arithmetic allows"},
                              {"distance allows"}},
                       {}};
    auto const add   = [&](RoofPoint const& point) {
        table.rows.push_back({word(point.name), word(fmt::format("{:.3g}", point.intensity)),
                              word(flops_text(point.rate)), word(flops_text(point.intensity * peak)),
                              word(flops_text(macs)),
                              point.distance > 0 ? word(flops_text(point.distance)) : unknown()});
    };
    add(roof.points.front());
    for (auto const& [name, work] : by_name)
        if (work.bytes > 0 && work.flops > 0) {
            roof.points.push_back(point_of(name, "q2", work));
            add(roof.points.back());
        }
    auto const& token = roof.points.front();
    auto const  said =
        token.distance > 0 && token.distance < std::min(macs, token.intensity * peak)
             ? fmt::format("Distance is the lowest of the three ceilings: with infinitely fast memory and arithmetic, "
                            "and nothing else in the way, the words' way alone would leave {} of the {} "
                            "that memory allows. A roofline of two ceilings would call this bound by memory.",
                           flops_text(token.distance), flops_text(token.intensity * peak))
             : std::string{"Memory or arithmetic is the lowest ceiling here, and not distance."};
    panel.blocks.emplace_back("<p>" + said + "</p>");
    panel.blocks.emplace_back(
        Figure{"roofline", "A roofline with three ceilings: memory, arithmetic and distance", roof_chart(roof),
               "operators.csv", "The large point is the whole, small ones are operators with weights or KV cache."});
    panel.blocks.emplace_back(folded_html("The points in numbers", table_html(table)));
    return panel;
}

} // namespace scribeline::results::page
