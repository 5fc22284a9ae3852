// What the plan was chosen from, what was assumed, and whether the books balance.
#include "results/page/charts/points.hpp"
#include "results/page/markup.hpp"
#include "results/page/run_panels.hpp"
#include "results/views/report_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

double number(TableColumn const& column, std::size_t row)
{
    return column.kind == TableColumn::Kind::whole  ? static_cast<double>(column.whole[row])
           : column.kind == TableColumn::Kind::real ? column.reals[row]
                                                    : std::nan("");
}

} // namespace

Panel plan_panel(RunFacts const& run)
{
    auto        panel = Panel{"plan", "What the planner chose from", {}};
    auto const& list  = run.candidates;
    if (list.rows == 0)
        return panel;
    auto const clock = run.metric("clock");
    auto       chart = PointChart{"tokens a second of all requests in flight",
                            "tokens a second for one user",
                            {{"other choices", "q2", {}, false}, {"chosen", "q3", {}, false}}};
    auto       table = Table{"candidates",
                       {{"columns"},
                              {"rows"},
                              {"stages"},
                              {"wafers"},
                              {"cycles a token", "cycle"},
                              {"tokens a second, all users", "token/s"},
                              {"verdict", "1", true}},
                       {}};
    for (std::size_t i = 0; i < list.rows; ++i) {
        auto const cycles  = number(list.at("cycles_per_token"), i);
        auto const all     = number(list.at("tokens_per_second"), i);
        auto const verdict = list.texts("verdict").at(i);
        if (cycles > 0 && all > 0 && clock > 0)
            chart.groups[verdict == "chosen" ? 1 : 0].points.emplace_back(all, clock / cycles);
        table.rows.push_back({quantity(number(list.at("columns"), i)), quantity(number(list.at("rows"), i)),
                              quantity(number(list.at("stages"), i)), quantity(number(list.at("wafers"), i)),
                              cycles > 0 ? quantity(cycles) : unknown(), all > 0 ? quantity(all) : unknown(),
                              word(verdict)});
    }
    panel.blocks.emplace_back(fmt::format("<p>Of {} choices these are the best {}, by closed forms.</p>",
                                          quantity(run.considered).text, list.rows));
    if (!chart.groups[0].points.empty())
        panel.blocks.emplace_back(Figure{"plan", "What each choice of the planner would give one user and all of them",
                                         point_chart(chart), "", ""});
    panel.blocks.emplace_back(folded_html("The best choices", table_html(table, 8)));
    return panel;
}

Panel parameters_panel(RunFacts const& run)
{
    auto panel   = Panel{"assumed", "Parameters", {}};
    auto columns = std::vector<Column>{{"parameter", "1", true},
                                       {"value", "1", true},
                                       {"origin", "1", true},
                                       {"what it is", "1", true},
                                       {"who says so", "1", true}};
    auto assumed = Table{"assumed parameters", {columns[0], columns[1], columns[3], {"why", "1", true}}, {}};
    auto all =
        Table{"parameters that are not assumed", {columns[0], columns[1], columns[2], {"set by", "1", true}}, {}};
    for (auto const& each : run.parameters) {
        if (each.origin == "assumed")
            assumed.rows.push_back({word(each.name), word(each.text), word(each.description), word(each.citation)});
        else
            all.rows.push_back({word(each.name), word(each.text), word(each.origin),
                                word(each.set_by == "default" ? "" : each.set_by)});
    }
    panel.blocks.emplace_back(
        fmt::format("<p>{} of {} parameters are assumed, not published. What each is worth, up and down:</p>",
                    assumed.rows.size(), run.parameters.size()));
    panel.blocks.emplace_back(command_html(fmt::format(
        "scribeline sensitivity --machine {} --model {} --context {}", quoted(run.machine), quoted(run.model),
        run.parameter("workload.context") != nullptr ? run.parameter("workload.context")->text : "4096")));
    panel.blocks.emplace_back(table_html(assumed));
    panel.blocks.emplace_back(
        folded_html(fmt::format("The {} others, and who set them", all.rows.size()), table_html(all)));
    return panel;
}

Panel books_panel(RunFacts const& run)
{
    auto panel = Panel{"books", "Books", {}};
    if (run.books.empty())
        return panel;
    auto table =
        Table{"books", {{"of", "1", true}, {"left"}, {"is", "1", true}, {"right"}, {"equal to", "1", true}}, {}};
    bool balanced = true;
    for (auto const& book : run.books) {
        balanced = balanced && book.left_value == book.right_value;
        table.rows.push_back({word(book.name), quantity(book.left_value), word(book.left), quantity(book.right_value),
                              word(book.right)});
    }
    panel.blocks.emplace_back(fmt::format("<p>What was counted in two ways {}: {} books.</p>",
                                          balanced ? "agrees" : "does not agree everywhere", run.books.size()));
    panel.blocks.emplace_back(folded_html("The books", table_html(table)));
    if (!run.warnings.empty())
        panel.blocks.emplace_back("<h3>Warnings</h3>" + list_html(run.warnings));
    return panel;
}

Panel figures_panel(RunFacts const& run)
{
    auto panel = Panel{"figures", "All figures", {}};
    auto table =
        Table{"summary", {{"figure", "1", true}, {"value"}, {"units", "1", true}, {"what it is", "1", true}}, {}};
    for (auto const& column : run.summary.columns) {
        if (column.kind == TableColumn::Kind::text)
            table.rows.push_back({word(column.name), word(column.texts.at(0)), word(" "), word(column.long_name)});
        else if (!std::isnan(run.metric(column.name)))
            table.rows.push_back({word(column.name), quantity(run.metric(column.name)),
                                  word(column.units == "1" ? " " : column.units), word(column.long_name)});
    }
    panel.blocks.emplace_back(
        folded_html(fmt::format("Every figure of the run ({})", table.rows.size()), table_html(table)));
    return panel;
}

} // namespace scribeline::results::page
