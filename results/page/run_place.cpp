// Where the token is: the wafer with its reticles and regions, its PEs over time, scribe lines, and the SRAM of a PE.
#include "results/page/charts/bars.hpp"
#include "results/page/markup.hpp"
#include "results/page/run_panels.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

std::uint32_t whole_parameter(RunFacts const& run, char const* name)
{
    auto const* parameter = run.parameter(name);
    return parameter != nullptr && parameter->number >= 1 && parameter->number < 1e6
               ? static_cast<std::uint32_t>(parameter->number)
               : 1U;
}

std::uint32_t small(std::int64_t value)
{
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, 1'000'000));
}

Figure plan_figure(RunFacts const& run)
{
    auto const  grid  = WaferGrid{whole_parameter(run, "wafer.columns"), whole_parameter(run, "wafer.rows"),
                                std::min(whole_parameter(run, "wafer.reticle_columns"), 1024U),
                                std::min(whole_parameter(run, "wafer.reticle_rows"), 1024U)};
    auto const& s     = run.stages;
    auto const& wafer = s.whole("wafer");
    auto const &x = s.whole("x"), &y = s.whole("y"), &columns = s.whole("columns"), &rows = s.whole("rows");
    auto const &from = s.whole("start_cycle"), &until = s.whole("end_cycle");
    auto const& blocks  = s.texts("blocks");
    auto        regions = std::vector<PlacedRegion>{};
    for (std::size_t i = 0; i < s.rows && i < 1000; ++i) {
        auto const cycles = static_cast<double>(until[i] - from[i]);
        regions.push_back(
            {std::min(small(wafer[i]), 99U), small(x[i]), small(y[i]), small(columns[i]), small(rows[i]),
             fmt::format("stage {}: {} ({}x{} PEs, {} cycles, {} of the token)", i, blocks[i], columns[i], rows[i],
                         quantity(cycles).text, percent(cycles / run.metric("cycles_per_token"))),
             cycles / run.metric("cycles_per_token")});
    }
    return {"wafer",
            "The wafer from above: regions with blocks of the model, scribe lines between reticles, the way of a token",
            wafer_plan(grid, regions), "stages.csv",
            "Each rectangle is a region of PEs that holds consecutive blocks of the model; thin lines are scribe lines "
            "between reticles. The token is in one region at a time and goes on along the line, stage by stage; where "
            "it stays longest is marked."};
}

Table stages_table(RunFacts const& run)
{
    auto        table  = Table{"stages",
                       {{"stage"},
                                {"wafer"},
                                {"from x"},
                                {"from y"},
                                {"columns"},
                                {"rows"},
                                {"cycles", "cycle"},
                                {"bytes a PE"},
                                {"requests"},
                                {"blocks", "1", true}},
                       {}};
    auto const& s      = run.stages;
    auto const  number = [&](char const* name, std::size_t i) {
        auto const& column = s.at(name);
        return column.kind == TableColumn::Kind::whole  ? quantity(static_cast<double>(column.whole[i]))
                : column.kind == TableColumn::Kind::real ? quantity(column.reals[i])
                                                         : word(column.texts[i]);
    };
    for (std::size_t i = 0; i < s.rows; ++i)
        table.rows.push_back({quantity(static_cast<double>(i)), number("wafer", i), number("x", i), number("y", i),
                              number("columns", i), number("rows", i),
                              quantity(static_cast<double>(s.whole("end_cycle")[i] - s.whole("start_cycle")[i])),
                              number("bytes_per_pe", i), number("requests", i), number("blocks", i)});
    return table;
}

// The map at first sight, and where the script puts what it can do.
std::string map_html(RunFacts const& run)
{
    auto const& maps = run.maps;
    return fmt::format(
        "<figure id=figure-map data-name=map>\n<div class=map id=map data-ratio=\"{}/{}\" tabindex=0 role=application "
        "aria-label=\"Map of the PEs; arrow keys move between windows\"><div class=stack>{}</div></div>\n"
        "<figcaption>{}x{} PEs, {}; bright is busy.{} White lines are the {} scribe lines between "
        "reticles{}. Colours by a power scale (share to the power of {}), so that weak fronts can be "
        "seen.</figcaption></figure>\n",
        maps.columns, maps.rows,
        maps.poster.svg("Each PE in a colour that says how busy it was; lines are scribe lines"), maps.columns,
        maps.rows,
        maps.windows > 0
            ? fmt::format("first in window {} of {}, in which they differ most", maps.first + 1, maps.windows)
            : "over the whole run",
        maps.windows > 0 ? " With script, all windows play here." : "", maps.scribe_x.size() + maps.scribe_y.size(),
        maps.pooled > 1
            ? fmt::format("; {0}x{0} PEs share a cell of the frames, which has the largest of them ('--full' "
                          "keeps each)",
                          maps.pooled)
            : "",
        0.45);
}

// How to have a map of what has none.
std::string record_html(RunFacts const& run)
{
    auto region = std::string{};
    if (run.stages.rows > 0) {
        auto const &columns = run.stages.whole("columns"), &rows = run.stages.whole("rows");
        std::size_t best = 0;
        for (std::size_t i = 0; i < run.stages.rows; ++i)
            if (columns[i] * rows[i] < columns[best] * rows[best])
                best = i;
        region = fmt::format(" --region {}x{}", columns[best], rows[best]);
    }
    auto const command = fmt::format("scribeline run --from {}{} --fidelity wavelet --set run.windows=64 -o layer.h5",
                                     quoted(run.path), region);
    return "<p>This run was folded or came by formulas, and knows of no single PE. One layer with every wavelet of a "
           "region shows which PEs are busy when:</p>" +
           command_html(command + "\nscribeline report layer.h5 -o layer.html");
}

} // namespace

Panel wafer_panel(RunFacts const& run)
{
    auto panel = Panel{"wafer", run.maps.columns > 0 ? "The PEs" : "The wafer", {}};
    if (run.maps.columns > 0)
        panel.blocks.emplace_back(map_html(run));
    if (run.stages.rows > 0) {
        panel.blocks.emplace_back(plan_figure(run));
        panel.blocks.emplace_back(
            folded_html(fmt::format("All stages ({})", run.stages.rows), table_html(stages_table(run), 400)));
    }
    if (run.maps.columns == 0)
        panel.blocks.emplace_back(record_html(run));
    return panel;
}

Panel scribe_panel(RunFacts const& run)
{
    auto panel = Panel{"scribe", "Scribe lines", {}};
    if (run.scribe.empty())
        return panel;
    auto edges = run.scribe;
    std::stable_sort(edges.begin(), edges.end(), [](auto const& a, auto const& b) { return a.busy > b.busy; });
    auto rows = std::vector<BarRow>{};
    auto table =
        Table{"scribe lines",
              {{"from reticle"}, {"to reticle"}, {"side", "1", true}, {"links"}, {"wavelets"}, {"bytes"}, {"busy"}},
              {}};
    for (auto const& edge : edges) {
        if (rows.size() < 16)
            rows.push_back({fmt::format("{} to {} ({})", edge.reticle_a, edge.reticle_b, edge.side),
                            {{"scribe", edge.busy * 100, percent(edge.busy)}},
                            fmt::format("{} wavelets", quantity(edge.wavelets).text)});
        table.rows.push_back({quantity(static_cast<double>(edge.reticle_a)),
                              quantity(static_cast<double>(edge.reticle_b)), word(edge.side), quantity(edge.links),
                              quantity(edge.wavelets), quantity(edge.bytes), quantity(edge.busy, percent(edge.busy))});
    }
    panel.blocks.emplace_back(
        fmt::format("<p>Of the wavelets that arrived, {} had crossed a scribe line; crossings are {} of all hops.</p>",
                    percent(run.metric("scribe_wavelet_share")), percent(run.metric("scribe_hop_share"))));
    panel.blocks.emplace_back(
        Figure{"scribe", "How busy the links over each edge between two reticles were",
               stacked_bars(rows, "percent of the time in which the links of an edge moved wavelets"), "",
               edges.size() > rows.size() ? "The busiest edges, of one direction each." : ""});
    panel.blocks.emplace_back(folded_html(fmt::format("All edges ({})", edges.size()), table_html(table, 400)));
    return panel;
}

Panel sram_panel(RunFacts const& run)
{
    auto panel = Panel{"sram", "SRAM of the fullest PE", {}};
    if (run.sram.rows == 0)
        return panel;
    auto const& bytes    = run.sram.at("bytes");
    auto const& names    = run.sram.texts("part");
    auto        bar      = BarRow{"a PE", {}, ""};
    auto        table    = Table{"SRAM", {{"what", "1", true}, {"bytes"}, {"share"}}, {}};
    auto const  capacity = run.metric("sram_capacity");
    double      used     = 0;
    for (std::size_t i = 0; i < run.sram.rows; ++i) {
        auto const size = bytes.kind == TableColumn::Kind::whole  ? static_cast<double>(bytes.whole[i])
                          : bytes.kind == TableColumn::Kind::real ? bytes.reals[i]
                                                                  : 0.0;
        used += size;
        bar.parts.push_back({names[i], size / 1024, kibibytes(size)});
        table.rows.push_back({word(names[i]), quantity(size), word(percent(size / capacity))});
    }
    if (capacity > used) {
        bar.parts.push_back({"idle", (capacity - used) / 1024, kibibytes(capacity - used) + " left"});
        table.rows.push_back({word("left"), quantity(capacity - used), word(percent((capacity - used) / capacity))});
    }
    panel.blocks.emplace_back(
        Figure{"sram", "What the SRAM of the fullest PE holds", stacked_bars({bar}, "KiB of one PE"), "",
               fmt::format("{} of {} are taken; what is left is grey.", kibibytes(used), kibibytes(capacity))});
    panel.blocks.emplace_back(table_html(table));
    return panel;
}

} // namespace scribeline::results::page
