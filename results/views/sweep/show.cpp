// Chooses rows, then prints them as a table for people, as CSV (RFC 4180) or as JSON.
#include "results/views/sweep/show.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/terminal.hpp"

#include "configs/failure.hpp"
#include "configs/sweep/expression.hpp"
#include "configs/units/text.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace scribeline::results {

using configs::Exit;
using configs::TextError;
using configs::UserError;
using Rows    = std::vector<std::size_t>;
using Columns = std::vector<SweepColumn const*>;

namespace {

template <class Attempt> auto as_option(char const* option, Attempt attempt)
{
    try {
        return attempt();
    } catch (TextError const& error) {
        throw UserError{Exit::usage, fmt::format("{}: {}", option, error.what())};
    }
}

configs::ColumnKind kind_of(SweepColumn const& column)
{
    return column.is_text ? configs::ColumnKind{configs::ColumnKind::What::text, {}}
                          : configs::ColumnKind{configs::ColumnKind::What::number, column.units};
}

Rows chosen(SweepTable const& table, ShowOptions const& options)
{
    auto rows = Rows(table.rows);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    if (!options.where.empty()) {
        auto const names = [&](std::string const& name) { return table.column_name(name); };
        as_option("--where", [&] {
            auto const condition =
                configs::Expression{options.where, names, [&](auto const& name) { return kind_of(*table.find(name)); }};
            auto const fails = [&](std::size_t i) {
                return !condition.holds([&](std::string const& name) -> configs::ExpressionValue {
                    auto const& column = *table.find(name);
                    return column.is_text ? configs::ExpressionValue{true, 0, column.texts[i]}
                                          : configs::ExpressionValue{false, column.numbers[i], {}};
                });
            };
            rows.erase(std::remove_if(rows.begin(), rows.end(), fails), rows.end());
            return 0;
        });
    }
    if (options.pareto_only) {
        auto const* rank = table.find("pareto_rank");
        if (table.goals.empty() || rank == nullptr)
            throw UserError{Exit::usage, "--pareto: this sweep has no goals; name them: scribeline sweep merge DIR "
                                         "--goal 'max tokens_per_second_per_user' --goal 'min COLUMN'"};
        rows.erase(std::remove_if(rows.begin(), rows.end(), [&](std::size_t i) { return rank->numbers[i] != 1; }),
                   rows.end());
    }
    return rows;
}

void sort(Rows& rows, SweepTable const& table, ShowOptions const& options)
{
    if (options.sort.empty())
        return;
    auto const& column = *table.find(as_option("--sort", [&] { return table.column_name(options.sort); }));
    // What is not known stands at the end, whichever way the rest goes.
    auto const known = [&](std::size_t i) {
        return column.is_text ? !column.texts[i].empty() : !std::isnan(column.numbers[i]);
    };
    std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        if (!known(a) || !known(b))
            return known(a) && !known(b);
        if (options.descending)
            std::swap(a, b);
        return column.is_text ? column.texts[a] < column.texts[b] : column.numbers[a] < column.numbers[b];
    });
}

// Points by how their figures were come by; those without figures by nothing.
std::map<std::string, std::size_t> fidelities_of(SweepTable const& table, Rows const& rows)
{
    auto        counts   = std::map<std::string, std::size_t>{};
    auto const* fidelity = table.find("fidelity");
    if (fidelity != nullptr && fidelity->is_text)
        for (auto const i : rows)
            if (!fidelity->texts[i].empty())
                ++counts[fidelity->texts[i]];
    return counts;
}

// A wafer is folded where GPUs have kernels: that is no mixture. One kind of machine at two fidelities is.
bool mixes_fidelities(SweepTable const& table, Rows const& rows)
{
    auto const* kind = table.find("kind");
    if (kind == nullptr || !kind->is_text)
        return fidelities_of(table, rows).size() > 1;
    auto of_kind = std::map<std::string, Rows>{};
    for (auto const i : rows)
        of_kind[kind->texts[i]].push_back(i);
    return std::any_of(of_kind.begin(), of_kind.end(),
                       [&](auto const& each) { return fidelities_of(table, each.second).size() > 1; });
}

// What one looks at first: the parameters, the speed, what bounds it, the goals; the status when it is not always ok.
Columns usual_columns(SweepTable const& table)
{
    auto columns = Columns{};
    auto add     = [&](std::string const& name) {
        auto const* column = table.find(name);
        if (column != nullptr && std::find(columns.begin(), columns.end(), column) == columns.end())
            columns.push_back(column);
    };
    for (auto const& column : table.columns)
        if (column.source == SweepColumn::Source::parameter)
            columns.push_back(&column);
    auto all = Rows(table.rows);
    std::iota(all.begin(), all.end(), std::size_t{0});
    if (mixes_fidelities(table, all))
        add("fidelity");
    auto const& status = *table.find("status");
    if (std::any_of(status.texts.begin(), status.texts.end(), [](std::string const& text) { return text != "ok"; }))
        columns.push_back(&status);
    for (auto const* name : {"cycles_per_layer", "tokens_per_second_per_user", "bound_by"})
        add(name);
    for (auto const& goal : table.goals)
        add(goal.column);
    if (!table.goals.empty())
        add("pareto_rank");
    return columns;
}

Columns columns_of(SweepTable const& table, ShowOptions const& options)
{
    auto const all = options.columns == std::vector<std::string>{"all"} ||
                     (options.columns.empty() && options.format != configs::OutputFormat::table);
    auto columns = Columns{};
    if (all) {
        for (auto const& column : table.columns)
            if (column.name != "point")
                columns.push_back(&column);
        return columns;
    }
    if (options.columns.empty())
        return usual_columns(table);
    for (auto const& name : options.columns)
        if (name != "point") // it is the first of every table
            columns.push_back(table.find(as_option("--columns", [&] { return table.column_name(name); })));
    return columns;
}

std::vector<std::string> fidelity_warnings(SweepTable const& table, Rows const& rows)
{
    auto const counts = fidelities_of(table, rows);
    if (!mixes_fidelities(table, rows))
        return {};
    auto list = std::string{};
    for (auto const& [name, count] : counts)
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, name);
    return {fmt::format("points of different fidelities stand in one table ({}): what differs between them may be the "
                        "models and not the machines. The column `fidelity` tells them apart; --where 'fidelity == "
                        "\"{}\"' shows one kind, and run.fidelity in the sweep's [fixed] asks for one",
                        list, counts.begin()->first)};
}

// How much the numbers of each row differ from its baseline.
class Baseline {
  public:
    Baseline(SweepTable const& table, std::string const& condition) : table_{table}
    {
        auto named = std::vector<std::string>{};
        as_option("--baseline", [&] {
            auto const names = [&](std::string const& name) {
                named.push_back(table.column_name(name));
                return named.back();
            };
            auto const is_baseline =
                configs::Expression{condition, names, [&](auto const& name) { return kind_of(*table.find(name)); }};
            for (std::size_t i = 0; i < table.rows; ++i)
                if (is_baseline.holds([&](std::string const& name) { return value_of(*table.find(name), i); }))
                    baselines_.push_back(i);
            return 0;
        });
        if (baselines_.empty())
            throw UserError{Exit::usage, fmt::format("--baseline {}: holds for no point", configs::shown(condition))};
        for (auto const& column : table.columns)
            if (column.source == SweepColumn::Source::parameter &&
                std::find(named.begin(), named.end(), column.name) == named.end())
                same_.push_back(&column);
    }

    static configs::ExpressionValue value_of(SweepColumn const& column, std::size_t i)
    {
        return column.is_text ? configs::ExpressionValue{true, 0, column.texts[i]}
                              : configs::ExpressionValue{false, column.numbers[i], {}};
    }

    // Of a column of numbers. Counts what is left out.
    SweepColumn change_of(SweepColumn const& column)
    {
        auto change      = SweepColumn{};
        change.name      = column.name + "_change";
        change.units     = "%";
        change.long_name = "over the baseline: " + column.long_name;
        for (std::size_t i = 0; i < table_.rows; ++i)
            change.numbers.push_back(change_of(column, i));
        return change;
    }

    std::vector<std::string> warnings() const
    {
        auto texts = std::vector<std::string>{};
        if (!mixed_.empty())
            texts.push_back(fmt::format("{} point{} no change beside the baseline, whose fidelity is another: what "
                                        "differs would be the models and not the machines",
                                        mixed_.size(), mixed_.size() == 1 ? " has" : "s have"));
        return texts;
    }

  private:
    double change_of(SweepColumn const& column, std::size_t i)
    {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        auto const       found   = std::find_if(baselines_.begin(), baselines_.end(), [&](std::size_t base) {
            return std::all_of(same_.begin(), same_.end(), [&](SweepColumn const* each) {
                return each->is_text ? each->texts[i] == each->texts[base] : each->numbers[i] == each->numbers[base];
            });
        });
        if (found == baselines_.end() || std::isnan(column.numbers[i]) || std::isnan(column.numbers[*found]) ||
            column.numbers[*found] == 0)
            return unknown;
        auto const* fidelity = table_.find("fidelity");
        if (fidelity != nullptr && fidelity->is_text && fidelity->texts[i] != fidelity->texts[*found]) {
            mixed_.insert(i);
            return unknown;
        }
        return 100 * (column.numbers[i] / column.numbers[*found] - 1);
    }

    SweepTable const&               table_;
    Rows                            baselines_;
    std::vector<SweepColumn const*> same_; // parameters that a point has in common with its baseline
    std::set<std::size_t>           mixed_;
};

std::string exact(double value) { return std::isnan(value) ? std::string{} : fmt::format("{}", value); }

// Six digits are enough to look at.
std::string rounded(double value)
{
    return std::isnan(value)                                      ? "-"
           : std::abs(value) < 1e15 && value == std::round(value) ? fmt::format("{:.0f}", value)
                                                                  : fmt::format("{:.6g}", value);
}

std::string as_csv(Columns const& columns, Rows const& rows)
{
    auto text = std::string{"point"};
    for (auto const* column : columns)
        text += ',' + csv_field(column->name);
    text += '\n';
    for (auto const i : rows) {
        text += fmt::format("{}", i);
        for (auto const* column : columns)
            text += ',' + (column->is_text ? csv_field(column->texts[i]) : exact(column->numbers[i]));
        text += '\n';
    }
    return text;
}

std::string as_json(SweepTable const& table, Columns const& columns, Rows const& rows)
{
    using Json = nlohmann::ordered_json;
    auto units = Json::object();
    for (auto const* column : columns)
        if (!column->is_text)
            units[column->name] = column->units;
    auto points = Json::array();
    for (auto const i : rows) {
        auto point = Json{{"point", i}};
        for (auto const* column : columns) {
            if (column->is_text)
                point[column->name] = column->texts[i];
            else if (std::isnan(column->numbers[i]))
                point[column->name] = nullptr;
            else
                point[column->name] = column->numbers[i];
        }
        points.push_back(std::move(point));
    }
    auto const whole =
        Json{{"schema_version", "1.0"}, {"description", table.description}, {"units", units}, {"points", points}};
    return whole.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string as_table(SweepTable const& table, Columns const& columns, Rows const& rows)
{
    struct Cells {
        std::vector<std::string> texts;
        std::size_t              width = 0;
        bool                     left  = false;
    };
    auto grid = std::vector<Cells>{};
    auto add  = [&](std::string const& heading, std::string const& units, bool left, auto cell) {
        auto cells = Cells{{heading, units == "1" ? "" : units}, 0, left};
        for (auto const i : rows)
            cells.texts.push_back(cell(i));
        for (auto const& each : cells.texts)
            cells.width = std::max(cells.width, each.size());
        grid.push_back(std::move(cells));
    };
    add("point", "", false, [](std::size_t i) { return fmt::format("{}", i); });
    for (auto const* column : columns)
        add(column->name, column->is_text ? "" : column->units, column->is_text, [column](std::size_t i) {
            return column->is_text ? configs::printable(column->texts[i].empty() ? "-" : column->texts[i])
                                   : rounded(column->numbers[i]);
        });
    auto text = table.description.empty() ? std::string{} : configs::printable(table.description) + "\n\n";
    for (std::size_t line = 0; line < rows.size() + 2; ++line) {
        auto row = std::string{" "};
        for (auto const& cells : grid)
            row += cells.left ? fmt::format(" {:<{}} ", cells.texts[line], cells.width)
                              : fmt::format(" {:>{}} ", cells.texts[line], cells.width);
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + '\n';
    }
    return text;
}

} // namespace

ShownSweep shown_sweep(SweepTable const& table, ShowOptions const& options)
{
    auto rows = chosen(table, options);
    sort(rows, table, options);
    auto columns = columns_of(table, options);
    if (options.limit > 0 && rows.size() > options.limit)
        rows.resize(options.limit);
    auto shown   = ShownSweep{{}, fidelity_warnings(table, rows)};
    auto changes = std::deque<SweepColumn>{}; // that columns point to
    if (!options.baseline.empty()) {
        auto baseline = Baseline{table, options.baseline};
        auto with     = Columns{};
        for (auto const* column : columns) {
            with.push_back(column);
            if (column->is_text || column->source != SweepColumn::Source::metric)
                continue;
            changes.push_back(baseline.change_of(*column));
            with.push_back(&changes.back());
        }
        columns             = with;
        auto const warnings = baseline.warnings();
        shown.warnings.insert(shown.warnings.end(), warnings.begin(), warnings.end());
    }
    shown.text = options.format == configs::OutputFormat::csv    ? fit_to_print(as_csv(columns, rows))
                 : options.format == configs::OutputFormat::json ? as_json(table, columns, rows)
                                                                 : fit_to_print(as_table(table, columns, rows));
    return shown;
}

std::string show(SweepTable const& table, ShowOptions const& options) { return shown_sweep(table, options).text; }

std::vector<std::string> fidelity_warnings(SweepTable const& table)
{
    auto rows = Rows(table.rows);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return fidelity_warnings(table, rows);
}

} // namespace scribeline::results
