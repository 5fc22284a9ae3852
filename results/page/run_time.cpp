// Where the time of a token went: the waterfall whose bars open, and the operators one behind another.
#include "models/wafer/outcome.hpp"
#include "results/page/charts/bars.hpp"
#include "results/page/charts/cascade.hpp"
#include "results/page/charts/lanes.hpp"
#include "results/page/colours.hpp"
#include "results/page/markup.hpp"
#include "results/page/run_panels.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

// A bar of the waterfall, the part of the operators' time it is made of, and the parameters that set it.
struct BarKind {
    char const*              bar;
    char const*              part;
    std::vector<char const*> parameters;
};

std::vector<BarKind> const& bar_kinds()
{
    static auto const all = std::vector<BarKind>{
        {"SRAM of all PEs at its peak", "", {"pe.sram_read_bytes", "wafer.columns", "wafer.rows", "wafer.clock"}},
        {"arithmetic of one region",
         "arithmetic",
         {"pe.mac_rate_fp16", "pe.add_rate_fp16", "pe.scalar_iteration", "pe.convert_rate"}},
        {"dispatch", "dispatch", {"software.operator_overhead", "pe.vector_setup"}},
        {"SRAM ports", "sram", {"pe.sram_read_bytes", "pe.sram_write_bytes", "pe.sram_banks"}},
        {"hops", "hops", {"fabric.hop_latency"}},
        {"scribe lines", "scribe", {"scribe.extra_latency"}},
        {"serialisation", "serialisation", {"fabric.link_serialisation", "scribe.link_serialisation"}},
        {"reduce stages", "reduce_stage", {"pe.stream_setup", "pe.task_activation", "fabric.ramp_latency"}},
        {"waiting", "waiting", {"fabric.input_queue_depth"}},
        {"off wafer", "off_wafer", {"wafer.link_latency", "wafer.link_bandwidth"}},
    };
    return all;
}

BarKind const* kind_of(std::string const& bar)
{
    auto const& all   = bar_kinds();
    auto const  found = std::find_if(all.begin(), all.end(), [&](BarKind const& kind) { return bar == kind.bar; });
    return found == all.end() ? nullptr : &*found;
}

std::string id_of(std::string const& bar)
{
    auto id = std::string{"bar-"};
    for (auto const c : bar)
        id += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c : '-';
    return id;
}

struct NamedOperators {
    std::string                            name;
    double                                 times = 0, cycles = 0;
    std::array<double, models::part_count> parts{};
};

std::vector<NamedOperators> operators_by_name(RunFacts const& run)
{
    auto list = std::vector<NamedOperators>{};
    if (run.operators.rows == 0)
        return list;
    auto const& names  = run.operators.texts("name");
    auto const& cycles = run.operators.whole("cycles");
    auto        parts  = std::vector<TableColumn const*>{};
    for (std::size_t part = 0; part < models::part_count; ++part)
        parts.push_back(run.operators.find(fmt::format("{}_cycles", name_of(static_cast<models::Part>(part)))));
    for (std::size_t i = 0; i < run.operators.rows; ++i) {
        auto at = std::find_if(list.begin(), list.end(), [&](auto const& each) { return each.name == names[i]; });
        if (at == list.end())
            at = list.insert(list.end(), NamedOperators{names[i], 0, 0, {}});
        ++at->times;
        at->cycles += static_cast<double>(cycles[i]);
        for (std::size_t part = 0; part < models::part_count; ++part)
            if (parts[part] != nullptr && parts[part]->kind == TableColumn::Kind::whole)
                at->parts.at(part) += static_cast<double>(parts[part]->whole[i]);
    }
    return list;
}

Cell share_cell(double value, double of) { return word(percent(of > 0 ? value / of : 0)); }

std::string operators_of_part(RunFacts const& run, std::string const& part)
{
    auto index = models::part_count;
    for (std::size_t i = 0; i < models::part_count; ++i)
        if (part == name_of(static_cast<models::Part>(i)))
            index = i;
    auto list = operators_by_name(run);
    if (index == models::part_count || list.empty())
        return {};
    std::stable_sort(list.begin(), list.end(),
                     [&](auto const& a, auto const& b) { return a.parts.at(index) > b.parts.at(index); });
    double all = 0;
    for (auto const& each : list)
        all += each.parts.at(index);
    auto table = Table{
        "operators with most of " + part,
        {{"operator", "1", true}, {"times"}, {"cycles of it", "cycle"}, {"share of it"}, {"share of the operator"}},
        {}};
    for (auto const& each : list)
        if (table.rows.size() < 6 && each.parts.at(index) > 0)
            table.rows.push_back({word(each.name), quantity(each.times), quantity(each.parts.at(index)),
                                  share_cell(each.parts.at(index), all),
                                  share_cell(each.parts.at(index), each.cycles)});
    return table.rows.empty() ? std::string{} : "<h3>Operators with most of it</h3>" + table_html(table);
}

std::string parameters_of_bar(RunFacts const& run, BarKind const& kind)
{
    auto table = Table{fmt::format("parameters of {}", kind.bar),
                       {{"parameter", "1", true},
                        {"value", "1", true},
                        {"what it is", "1", true},
                        {"origin", "1", true},
                        {"who says so", "1", true}},
                       {}};
    auto tries = std::string{};
    for (auto const* name : kind.parameters)
        if (auto const* parameter = run.parameter(name)) {
            table.rows.push_back({word(parameter->name), word(parameter->text), word(parameter->description),
                                  word(parameter->origin), word(parameter->citation)});
            if (auto const command = what_if(run, *parameter); !command.empty() && tries.empty())
                tries = "<h3>What if it were different?</h3>" + command_html(command);
        }
    return (table.rows.empty() ? std::string{} : "<h3>What sets it</h3>" + table_html(table)) + tries;
}

std::string opened_bar(RunFacts const& run, std::size_t row)
{
    auto const& names   = run.waterfall.texts("name");
    auto const  seconds = run.waterfall.at("time").reals.at(row);
    auto const  whole   = run.metric("time_per_output_token");
    auto const  share   = whole > 0 ? seconds / whole : 0;
    auto const* kind    = kind_of(names[row]);
    auto const  head    = fmt::format(
            "<span class=\"swatch {}\"></span><span class=name>{}</span> <span class=amount data-v={}>{}</span> "
                "<span class=amount>{}</span>",
            colour_of(names[row], row), escaped(names[row]), exact(seconds), duration(seconds), percent(share));
    auto body = "<p>" + escaped(run.waterfall.texts("meaning").at(row)) + "</p>";
    if (kind != nullptr)
        body += operators_of_part(run, kind->part) + parameters_of_bar(run, *kind);
    return fmt::format("<details class=bar id=\"{}\"><summary>{}</summary>\n<div>{}</div></details>\n",
                       id_of(names[row]), head, body);
}

// The operators of one layer, or all that there are when one layer was simulated.
std::vector<std::size_t> rows_of_a_layer(RunFacts const& run)
{
    auto        rows  = std::vector<std::size_t>{};
    auto const* layer = run.operators.find("layer");
    auto const  first = [&] {
        for (auto const each : layer->whole)
            if (each >= 0)
                return each;
        return std::int64_t{-1};
    };
    auto const chosen = layer != nullptr && layer->kind == TableColumn::Kind::whole ? first() : -1;
    for (std::size_t i = 0; i < run.operators.rows; ++i)
        if (chosen < 0 || layer->whole[i] == chosen)
            rows.push_back(i);
    return rows;
}

Figure layer_figure(RunFacts const& run)
{
    auto const& names = run.operators.texts("name");
    auto const& ends  = run.operators.whole("cycles");
    auto        bars  = std::vector<BarRow>{};
    for (auto const row : rows_of_a_layer(run)) {
        auto bar = BarRow{names[row], {}, grouped(static_cast<std::uint64_t>(std::max<std::int64_t>(0, ends[row])))};
        for (std::size_t i = 0; i < models::part_count; ++i) {
            auto const* part   = name_of(static_cast<models::Part>(i));
            auto const* column = run.operators.find(fmt::format("{}_cycles", part));
            if (column == nullptr || column->kind != TableColumn::Kind::whole)
                continue;
            auto const cycles = static_cast<double>(column->whole[row]);
            bar.parts.push_back({part, cycles, quantity(cycles).text});
        }
        if (bars.size() < 60)
            bars.push_back(std::move(bar));
    }
    return {"layer", "The operators of one layer from the first to the last, each with the parts of its cycles",
            stacked_bars(bars, "cycles of an operator"), "operators.csv",
            "One layer, operator by operator, from the top. Each bar is the time of one operator in fabric cycles."};
}

Figure timeline_figure(RunFacts const& run)
{
    auto const& names = run.operators.texts("name");
    auto const& start = run.operators.whole("start_cycle");
    auto const& end   = run.operators.whole("end_cycle");
    auto const* stage = run.operators.find("stage");
    auto const& bound = run.operators.texts("bound_by");
    auto        chart = Lanes{"cycles since the token began", {}, {}};
    std::size_t last  = 0;
    auto const  lane  = [&](std::size_t row) {
        return stage != nullptr && stage->kind == TableColumn::Kind::whole && stage->whole[row] >= 0
                     ? static_cast<std::size_t>(stage->whole[row])
                     : std::size_t{0};
    };
    auto const most = std::size_t{200}; // lanes; a token has no more stages than layers
    for (std::size_t row = 0; row < run.operators.rows; ++row) {
        auto const at = std::min(lane(row), most - 1);
        last          = std::max(last, at);
        chart.spans.push_back(
            {at, static_cast<double>(start[row]), static_cast<double>(end[row]), bound[row],
             fmt::format("{}: cycle {} to {}, mostly {}", names[row], start[row], end[row], bound[row])});
    }
    for (std::size_t i = 0; i <= last; ++i)
        chart.names.push_back(run.whole_token() ? fmt::format("stage {}", i) : "layer");
    return {"timeline", "When each operator ran, on which stage, and what most of it was", lanes(chart),
            "operators.csv", "Every operator in its place in time; its colour is the largest part of it."};
}

Table operators_table(RunFacts const& run)
{
    auto const list = operators_by_name(run);
    auto const all  = run.cycles();
    auto table = Table{"operators by name", {{"operator", "1", true}, {"times"}, {"cycles", "cycle"}, {"share"}}, {}};
    auto parts = std::vector<std::size_t>{}; // that any operator has
    for (std::size_t i = 0; i < models::part_count; ++i)
        if (std::any_of(list.begin(), list.end(), [&](auto const& each) { return each.parts.at(i) > 0; })) {
            parts.push_back(i);
            table.columns.push_back({name_of(static_cast<models::Part>(i)), "cycle"});
        }
    for (auto const& each : list) {
        auto row = std::vector<Cell>{word(each.name), quantity(each.times), quantity(each.cycles),
                                     share_cell(each.cycles, all)};
        for (auto const part : parts)
            row.push_back(quantity(each.parts.at(part)));
        table.rows.push_back(std::move(row));
    }
    return table;
}

} // namespace

Panel waterfall_panel(RunFacts const& run)
{
    auto        panel = Panel{"time", "Where the time went", {}};
    auto const  whole = run.metric("time_per_output_token");
    auto const& names = run.waterfall.texts("name");
    auto const& time  = run.waterfall.at("time").reals;
    auto const& until = run.waterfall.at("so_far").reals;
    auto const& rate  = run.waterfall.at("tokens_per_second").reals;
    if (time.size() != names.size() || until.size() != names.size() || rate.size() != names.size())
        throw hdf5::Failure{"/waterfall: columns are not all numbers"};
    auto bars   = std::vector<CascadeBar>{};
    auto opened = std::string{};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0 && !(time[i] > 0))
            continue; // nothing went there
        bars.push_back(
            {names[i], (until[i] - time[i]) * 1e6, until[i] * 1e6,
             fmt::format("{}, then {} tokens/s", percent(whole > 0 ? time[i] / whole : 0), rate_text(rate[i])),
             "#" + id_of(names[i])});
        opened += opened_bar(run, i);
    }
    panel.blocks.emplace_back(
        Figure{"waterfall", "From the memory's peak to what came out: the time of an output token, part by part",
               cascade(bars, whole * 1e6, "microseconds of an output token"), "waterfall.csv",
               "If all PEs read the weights and the KV cache at the peak of their SRAM and nothing else took time, the "
               "token would end with the first bar. Each bar below begins where the one above it ends."});
    panel.blocks.emplace_back("<h3>Open a part: what it is, who has it, what sets it</h3>\n" + opened);
    return panel;
}

Panel operators_panel(RunFacts const& run)
{
    auto panel = Panel{"operators", "Operators", {}};
    if (run.operators.rows == 0)
        return panel;
    panel.blocks.emplace_back(layer_figure(run));
    panel.blocks.emplace_back(timeline_figure(run));
    panel.blocks.emplace_back(
        folded_html("All operators by name, with the parts of their cycles", table_html(operators_table(run))));
    return panel;
}

std::string what_if(RunFacts const& run, ParameterFact const& parameter)
{
    auto const value = parameter.number;
    if (!std::isfinite(value) || value == 0)
        return {};
    // As it was written: a number, and the units behind it.
    std::size_t used   = 0;
    double      number = 0;
    try {
        number = std::stod(parameter.text, &used);
    } catch (std::logic_error const&) {
        return {};
    }
    auto const faster = parameter.name.rfind("pe.", 0) == 0 && (parameter.name.find("rate") != std::string::npos ||
                                                                parameter.name.find("bytes") != std::string::npos);
    auto const halves = !faster && (number != std::round(number) || std::fmod(number, 2.0) == 0.0);
    auto       units  = parameter.text.substr(used);
    auto const other  = halves ? number / 2 : number * 2;
    if (other == 1 && units == " cycles")
        units = " cycle";
    return fmt::format("scribeline run --from {} --set {}", quoted(run.path),
                       quoted(fmt::format("{}={:g}{}", parameter.name, other, units)));
}

} // namespace scribeline::results::page
