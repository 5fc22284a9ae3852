// The page of a merged sweep: lines over its parameters, what nothing beats in all goals, every point on parallel axes,
// and the points that have no figures, with the reason.
#include "results/files/run_file.hpp"
#include "results/files/sweep/merged_file.hpp"
#include "results/page/charts/lines.hpp"
#include "results/page/charts/parallel.hpp"
#include "results/page/charts/points.hpp"
#include "results/page/colours.hpp"
#include "results/page/document_html.hpp"
#include "results/page/markup.hpp"
#include "results/page/pages.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/export/csv.hpp"
#include "results/views/other_files.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

constexpr std::size_t most_csv = 600'000; // bytes in the page of the whole table; beyond, of the columns that are drawn
constexpr std::size_t most_rows = 100, most_lines = 2000;

using Columns = std::vector<SweepColumn const*>;

Columns parameters_of(SweepTable const& sweep)
{
    auto columns = Columns{};
    for (auto const& column : sweep.columns)
        if (column.source == SweepColumn::Source::parameter)
            columns.push_back(&column);
    return columns;
}

bool is_drawn(SweepColumn const* column)
{
    return column != nullptr && !column->is_text &&
           std::any_of(column->numbers.begin(), column->numbers.end(),
                       [](double value) { return std::isfinite(value); });
}

// What the sweep is after, or else what everybody asks first.
Columns goals_of(SweepTable const& sweep)
{
    auto columns = Columns{};
    auto add     = [&](std::string const& name) {
        auto const* column = sweep.find(name);
        if (is_drawn(column) && std::find(columns.begin(), columns.end(), column) == columns.end())
            columns.push_back(column);
    };
    for (auto const& goal : sweep.goals)
        add(goal.column);
    for (auto const* name : {"tokens_per_second_per_user", "energy_per_token", "perfect_dies_share",
                             "time_to_first_token", "tokens_per_second"})
        if (columns.size() < 2)
            add(name);
    return columns;
}

std::string value_text(SweepColumn const& column, std::size_t row)
{
    return column.is_text ? column.texts[row] : quantity(column.numbers[row]).text;
}

std::string with_units(SweepColumn const& column)
{
    return column.units == "1" || column.units.empty() ? column.name
                                                       : fmt::format("{} [{}]", column.name, column.units);
}

// The parameter of numbers with the most values.
SweepColumn const* axis_of(Columns const& parameters)
{
    SweepColumn const* best = nullptr;
    std::size_t        most = 1;
    for (auto const* column : parameters)
        if (!column->is_text) {
            auto const values = std::set<double>{column->numbers.begin(), column->numbers.end()}.size();
            if (values > most) {
                most = values;
                best = column;
            }
        }
    return best;
}

// Curves over the axis, one for each combination of the other parameters; none where there would be too many.
std::vector<Curve> curves_of(SweepTable const& sweep, Columns const& parameters, SweepColumn const& axis,
                             SweepColumn const& goal)
{
    auto groups = std::map<std::string, Curve>{};
    for (std::size_t row = 0; row < sweep.rows; ++row) {
        auto name = std::string{};
        for (auto const* column : parameters)
            if (column != &axis)
                name += fmt::format("{}{}{}", name.empty() ? "" : ", ",
                                    column->is_text ? "" : column->name.substr(column->name.rfind('.') + 1) + " ",
                                    value_text(*column, row));
        auto& curve = groups[name];
        curve.name  = name.empty() ? goal.name : name;
        if (std::isfinite(goal.numbers[row]) && std::isfinite(axis.numbers[row]))
            curve.points.emplace_back(axis.numbers[row], goal.numbers[row]);
        if (groups.size() > 40)
            return {};
    }
    auto curves = std::vector<Curve>{};
    for (auto& [name, curve] : groups) {
        std::sort(curve.points.begin(), curve.points.end());
        curve.css  = series_colour(curves.size());
        curve.dots = sweep.rows <= 400;
        if (!curve.points.empty())
            curves.push_back(std::move(curve));
    }
    return curves;
}

void add_lines(Sheet& sheet, SweepTable const& sweep, Columns const& parameters, SweepColumn const& goal)
{
    auto const* axis = axis_of(parameters);
    if (axis == nullptr)
        return;
    auto chart = LineChart{
        with_units(*axis), with_units(goal), false, false, true, curves_of(sweep, parameters, *axis, goal), {}, 380};
    auto const [least, most] = std::minmax_element(axis->numbers.begin(), axis->numbers.end());
    chart.log_x              = *least > 0 && *most > 15 * *least;
    if (chart.curves.empty())
        return;
    sheet.panels.push_back(
        {"lines",
         "One parameter against what came out",
         {Figure{"lines", fmt::format("{} over {}", goal.name, axis->name), line_chart(chart), "points.csv",
                 chart.curves.size() > 14 ? "More curves than names have room for; point at one for its name." : ""}}});
}

void add_front(Sheet& sheet, SweepTable const& sweep, Columns const& goals)
{
    if (goals.size() < 2)
        return;
    auto const* rank  = sweep.find("pareto_rank");
    auto        chart = PointChart{with_units(*goals[0]),
                            with_units(*goals[1]),
                            {{"beaten in every goal", "q2", {}, false}, {"beaten by none", "q3", {}, true}}};
    for (std::size_t row = 0; row < sweep.rows; ++row)
        if (std::isfinite(goals[0]->numbers[row]) && std::isfinite(goals[1]->numbers[row]))
            chart.groups[rank != nullptr && !rank->is_text && rank->numbers[row] == 1 ? 1 : 0].points.emplace_back(
                goals[0]->numbers[row], goals[1]->numbers[row]);
    if (chart.groups[0].points.empty() && chart.groups[1].points.empty())
        return;
    auto after = std::string{};
    for (auto const& goal : sweep.goals)
        after += fmt::format("{}{} {}", after.empty() ? "The sweep is after: " : ", ", goal.maximise ? "max" : "min",
                             goal.column);
    sheet.panels.push_back(
        {"front",
         "What nothing beats",
         {Figure{"front", fmt::format("{} over {}, each point a configuration", goals[1]->name, goals[0]->name),
                 point_chart(chart), "points.csv",
                 escaped(after.empty() ? "This sweep names no goals: 'sweep merge --goal' does." : after + ".")}}});
}

ParallelAxis parallel_axis(SweepColumn const& column, std::vector<std::size_t> const& rows)
{
    auto axis = ParallelAxis{column.name.substr(column.name.rfind('.') + 1), {}, {}};
    if (column.is_text) {
        auto const words = std::set<std::string>{column.texts.begin(), column.texts.end()};
        axis.words       = {words.begin(), words.end()};
    }
    for (auto const row : rows)
        axis.values.push_back(
            column.is_text
                ? static_cast<double>(std::lower_bound(axis.words.begin(), axis.words.end(), column.texts[row]) -
                                      axis.words.begin())
                : column.numbers[row]);
    return axis;
}

void add_parallel(Sheet& sheet, SweepTable const& sweep, Columns const& parameters, Columns const& goals)
{
    auto        rows   = std::vector<std::size_t>{};
    auto        css    = std::vector<std::string>{};
    auto const* rank   = sweep.find("pareto_rank");
    auto const  stride = std::max<std::size_t>(1, (sweep.rows + most_lines - 1) / most_lines);
    for (std::size_t row = 0; row < sweep.rows; ++row) {
        auto const front = rank != nullptr && !rank->is_text && rank->numbers[row] == 1;
        if (front || row % stride == 0) {
            rows.push_back(row);
            css.emplace_back(front ? "q3" : "q2");
        }
    }
    auto axes = std::vector<ParallelAxis>{};
    for (auto const* column : parameters)
        if (axes.size() < 7)
            axes.push_back(parallel_axis(*column, rows));
    for (auto const* column : goals)
        if (std::find(parameters.begin(), parameters.end(), column) == parameters.end())
            axes.push_back(parallel_axis(*column, rows));
    if (axes.size() < 2)
        return;
    sheet.panels.push_back(
        {"parallel",
         "Every point on all axes",
         {Figure{"parallel", "Each configuration as a line over its parameters and what came out",
                 parallel_axes(axes, css), "points.csv",
                 stride > 1 ? fmt::format("One line of {} is drawn, and all that nothing beats.", stride)
                            : "Each line is a point; orange ones nothing beats."}}});
}

// Points without figures, by their reason.
void add_without(Sheet& sheet, SweepTable const& sweep)
{
    auto const *status = sweep.find("status"), *error = sweep.find("error"), *reason = sweep.find("reason");
    if (status == nullptr || !status->is_text)
        return;
    auto reasons = std::map<std::pair<std::string, std::string>, std::pair<std::size_t, std::size_t>>{}; // count, first
    for (std::size_t row = 0; row < sweep.rows; ++row) {
        auto why = error != nullptr && error->is_text ? error->texts[row] : std::string{};
        if (why.empty() && reason != nullptr && reason->is_text)
            why = reason->texts[row];
        if (status->texts[row] != "ok")
            ++reasons.emplace(std::pair{status->texts[row], why}, std::pair{std::size_t{0}, row}).first->second.first;
    }
    if (reasons.empty())
        return;
    auto table =
        Table{"without figures", {{"status", "1", true}, {"points"}, {"first of them"}, {"reason", "1", true}}, {}};
    std::size_t all = 0;
    for (auto const& [key, value] : reasons) {
        table.rows.push_back({word(key.first), quantity(static_cast<double>(value.first)),
                              quantity(static_cast<double>(value.second)), word(brief(key.second, 300))});
        all += value.first;
    }
    sheet.panels.push_back(
        {"without",
         "Points without figures",
         {fmt::format("<p>{} of {} points have none. That a model does not fit is an answer too.</p>", all,
                      sweep.rows) +
          table_html(table, most_rows)}});
}

std::string csv_of(SweepTable const& sweep, Columns const& columns)
{
    auto text = std::string{"point"};
    for (auto const* column : columns)
        text += "," + csv_field(column->name);
    text += '\n';
    for (std::size_t row = 0; row < sweep.rows; ++row) {
        text += fmt::format("{}", row);
        for (auto const* column : columns)
            text += column->is_text                    ? "," + csv_field(column->texts[row])
                    : std::isnan(column->numbers[row]) ? ","
                                                       : fmt::format(",{}", column->numbers[row]);
        text += '\n';
    }
    return text;
}

std::string headline_text(double value)
{
    return std::isnan(value)         ? "-"
           : std::abs(value) >= 1000 ? quantity(std::round(value)).text
                                     : fmt::format("{:.4g}", value);
}

Table table_of(SweepTable const& sweep, Columns const& columns)
{
    auto table = Table{"points", {{"point"}}, {}};
    for (auto const* column : columns)
        table.columns.push_back({column->name, column->is_text ? "1" : column->units, column->is_text});
    auto const* rank  = sweep.find("pareto_rank");
    auto        order = std::vector<std::size_t>(sweep.rows);
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    if (sweep.rows > most_rows && rank != nullptr && !rank->is_text) // what nothing beats is what one looks for
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            auto const key = [&](std::size_t i) { return rank->numbers[i] >= 1 ? rank->numbers[i] : 1e9; };
            return key(a) < key(b);
        });
    for (auto const row : order) {
        if (table.rows.size() == most_rows)
            break;
        auto cells = std::vector<Cell>{quantity(static_cast<double>(row))};
        for (auto const* column : columns)
            cells.push_back(column->is_text ? word(brief(column->texts[row], 120)) : quantity(column->numbers[row]));
        table.rows.push_back(std::move(cells));
    }
    return table;
}

} // namespace

Sheet sheet_of_sweep(std::string const& path)
{
    auto const sweep      = read_merged(path);
    auto const parameters = parameters_of(sweep);
    auto const goals      = goals_of(sweep);
    auto       drawn      = parameters;
    drawn.insert(drawn.end(), goals.begin(), goals.end());
    for (auto const* name : {"tokens_per_second_per_user", "energy_per_token", "bound_by", "status", "pareto_rank"})
        if (auto const* column = sweep.find(name);
            column != nullptr && std::find(drawn.begin(), drawn.end(), column) == drawn.end())
            drawn.push_back(column);

    auto sheet       = Sheet{};
    sheet.kind       = "a sweep";
    sheet.title      = sweep.description.empty() ? path : sweep.description;
    auto story       = sentences_of(story_of(ResultKind::sweep, path));
    sheet.sentence   = story.empty() ? "" : brief(story.front(), 400);
    std::size_t fine = 0;
    if (auto const* status = sweep.find("status"); status != nullptr && status->is_text)
        fine = static_cast<std::size_t>(std::count(status->texts.begin(), status->texts.end(), "ok"));
    sheet.headlines = {{"points", quantity(static_cast<double>(sweep.rows)).text, static_cast<double>(sweep.rows),
                        fmt::format("{} with figures", quantity(static_cast<double>(fine)).text)}};
    for (auto const* goal : goals) {
        auto least = std::nan(""), most = least;
        for (auto const value : goal->numbers)
            if (std::isfinite(value)) {
                least = std::isnan(least) ? value : std::min(least, value);
                most  = std::isnan(most) ? value : std::max(most, value);
            }
        sheet.headlines.push_back({goal->name, headline_text(most), most,
                                   fmt::format("at most; {} at least{}", headline_text(least),
                                               goal->units == "1" ? "" : ", " + goal->units)});
    }
    if (!goals.empty())
        add_lines(sheet, sweep, parameters, *goals.front());
    add_front(sheet, sweep, goals);
    add_parallel(sheet, sweep, parameters, goals);
    add_without(sheet, sweep);
    sheet.panels.push_back({"told", "In sentences", {list_html(story)}});
    auto const few = sweep.rows > most_rows;
    sheet.panels.push_back(
        {"figures",
         few ? "The first points" : "All points",
         {(few ? fmt::format(
                     "<p>{} of {} points; with script, all of them can be drawn, sorted and saved above. As files: "
                     "</p>{}",
                     most_rows, sweep.rows,
                     command_html(fmt::format("scribeline export csv {} -o points", quoted(path))))
               : std::string{}) +
          table_html(table_of(sweep, drawn))}});
    // The whole table as `export csv` has it, as long as that is not too much.
    sheet.tables = csv_tables(path);
    if (sheet.tables.size() == 1 && sheet.tables.front().second.size() / 3 > most_csv)
        sheet.tables.front().second = csv_of(sweep, drawn);
    sheet.points = "points.csv";
    sheet.facts  = {{"file", path}, {"rows", quantity(static_cast<double>(sweep.rows)).text}};
    return sheet;
}

} // namespace scribeline::results::page
