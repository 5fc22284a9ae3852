// Parameters from the plan, metrics from the results, the rest from what is known about each run.
#include "results/files/sweep/table.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/units/text.hpp"
#include "results/files/sweep/gather.hpp"
#include "results/files/sweep/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace scribeline::results {

using configs::Exit;
using configs::UserError;
using Source = SweepColumn::Source;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

SweepColumn numbers(std::string name, std::string units, std::string long_name, Source source, std::size_t rows,
                    double value = unknown)
{
    return {std::move(name),
            std::move(units),
            std::move(long_name),
            source,
            false,
            false,
            std::vector<double>(rows, value),
            {}};
}

SweepColumn texts(std::string name, std::string long_name, Source source, std::size_t rows, bool coded = false)
{
    return {std::move(name), "1", std::move(long_name), source, true, coded, {}, std::vector<std::string>(rows)};
}

SweepColumn parameter(configs::SweepPlan const& plan, std::size_t c)
{
    auto const& name = plan.columns[c];
    auto const* row  = configs::find_row(name);
    if (auto const* command = configs::command_of_count(name)) {
        auto const& count  = command->count;
        auto        column = numbers(name, count.units, count.help, Source::parameter, plan.points.size());
        for (std::size_t i = 0; i < plan.points.size(); ++i)
            column.numbers[i] = static_cast<double>(configs::parse_count(count, plan.points[i].values[c]));
        return column;
    }
    if (row == nullptr || row->units.empty()) {
        auto column = texts(name, row == nullptr ? "machine" : row->help, Source::parameter, plan.points.size(), true);
        for (std::size_t i = 0; i < plan.points.size(); ++i)
            column.texts[i] = plan.points[i].values[c];
        return column;
    }
    auto column     = numbers(name, row->units, row->help, Source::parameter, plan.points.size());
    auto parameters = configs::default_parameters();
    for (std::size_t i = 0; i < plan.points.size(); ++i) {
        row->set(parameters, plan.points[i].values[c]);
        column.numbers[i] = row->number(parameters);
    }
    return column;
}

class Tabulator {
  public:
    explicit Tabulator(SweepFolder const& folder) : folder_{folder}, rows_{folder.plan().points.size()} {}

    SweepTable table(unsigned processes)
    {
        auto table        = SweepTable{};
        table.description = folder_.plan().description;
        table.rows        = rows_;
        for (std::size_t c = 0; c < folder_.plan().columns.size(); ++c)
            table.columns.push_back(parameter(folder_.plan(), c));
        for (std::size_t point = 0; point < rows_; ++point)
            take_error(point);
        gather_runs(folder_, processes, [&](std::size_t point, RunRow const& row) { take(point, row); });
        for (auto& [name, column] : metrics_) {
            // A parameter of the same name is what was asked for.
            if (table.find(name) == nullptr)
                table.columns.push_back(std::move(column));
        }
        for (std::size_t point = 0; point < rows_; ++point) {
            status_.texts[point] = name_of(known_[point]);
            id_.texts[point]     = folder_.plan().points[point].id;
            if (known_[point] == PointStatus::ok)
                run_file_.texts[point] = folder_.run_name(point);
        }
        for (auto* column : {&status_, &attempts_, &exit_code_, &wall_seconds_, &peak_rss_, &error_, &run_file_, &id_})
            table.columns.push_back(std::move(*column));
        return table;
    }

  private:
    void take_error(std::size_t point)
    {
        auto const error = folder_.error(point);
        if (!error)
            return;
        known_[point]                = error->status;
        attempts_.numbers[point]     = error->attempts;
        exit_code_.numbers[point]    = error->exit_code;
        wall_seconds_.numbers[point] = error->wall_seconds;
        peak_rss_.numbers[point]     = error->peak_rss;
        error_.texts[point]          = error->error;
    }

    void take(std::size_t point, RunRow const& row)
    {
        attempts_.numbers[point] += 1; // those before it failed
        known_[point]             = row.fault.empty() ? PointStatus::ok : PointStatus::failed;
        exit_code_.numbers[point] = row.fault.empty() ? 0 : static_cast<double>(Exit::bad_config);
        error_.texts[point]       = row.fault;
        if (!row.fault.empty())
            return;
        if (!row.infeasible.empty()) {
            known_[point]             = PointStatus::infeasible;
            exit_code_.numbers[point] = static_cast<double>(Exit::answer_is_no);
            error_.texts[point]       = row.infeasible;
        }
        wall_seconds_.numbers[point] = row.wall_seconds;
        peak_rss_.numbers[point]     = row.peak_rss;
        for (auto const& [name, value] : row.numbers)
            if (!std::isnan(value)) // a column that no point knows is none
                metric(name, row, false).numbers[point] = value;
        for (auto const& [name, word] : row.words)
            metric(name, row, true).texts[point] = word;
    }

    SweepColumn& metric(std::string const& name, RunRow const& row, bool is_text)
    {
        auto [found, is_new] = metrics_.try_emplace(name);
        if (is_new)
            found->second =
                is_text ? texts(name, "", Source::metric, rows_, true) : numbers(name, "1", "", Source::metric, rows_);
        if (auto const about = row.about.find(name); about != row.about.end()) {
            found->second.units     = about->second.units;
            found->second.long_name = about->second.long_name;
        }
        return found->second;
    }

    SweepFolder const&                 folder_;
    std::size_t                        rows_;
    std::map<std::string, SweepColumn> metrics_; // in alphabetical order: the same from every way to run the points
    std::vector<PointStatus>           known_ = std::vector<PointStatus>(rows_, PointStatus::pending);
    SweepColumn status_    = texts("status", "what became of the point", Source::about_run, rows_, true);
    SweepColumn attempts_  = numbers("attempts", "1", "processes that tried it", Source::about_run, rows_, 0);
    SweepColumn exit_code_ = numbers("exit_code", "1", "of the last of them", Source::about_run, rows_);
    SweepColumn wall_seconds_ =
        numbers("wall_seconds", "s", "time of the simulation, or of the last failed attempt", Source::about_run, rows_);
    SweepColumn peak_rss_ = numbers("peak_rss", "byte", "memory of its process", Source::about_run, rows_);
    SweepColumn error_    = texts("error", "why there is no result", Source::about_run, rows_);
    SweepColumn run_file_ = texts("run_file", "the result, from the folder of the sweep", Source::about_run, rows_);
    SweepColumn id_       = texts("config_sha256", "identity of the configuration", Source::about_run, rows_);
};

} // namespace

SweepColumn const* SweepTable::find(std::string const& name) const
{
    auto const found =
        std::find_if(columns.begin(), columns.end(), [&](SweepColumn const& column) { return column.name == name; });
    return found == columns.end() ? nullptr : &*found;
}

std::string SweepTable::column_name(std::string const& name) const
{
    if (find(name) != nullptr)
        return name;
    auto names = std::vector<std::string>{};
    auto meant = std::vector<std::string>{};
    for (auto const& column : columns) {
        names.push_back(column.name);
        if (column.name.size() > name.size() &&
            column.name.compare(column.name.size() - name.size() - 1, name.size() + 1, "." + name) == 0)
            meant.push_back(column.name);
    }
    if (meant.size() == 1)
        return meant.front();
    throw configs::TextError{
        fmt::format("{}: no such column{}", configs::printable(name), configs::did_you_mean(name, names))};
}

void add_pareto_ranks(SweepTable& table, std::vector<configs::Goal> const& goals)
{
    auto values = std::vector<std::vector<double>>{};
    table.goals.clear();
    for (auto const& goal : goals) {
        auto const name = [&] {
            try {
                return table.column_name(goal.column);
            } catch (configs::TextError const& error) {
                throw UserError{Exit::usage, fmt::format("goal {}", error.what())};
            }
        }();
        auto const& column = *table.find(name);
        if (column.is_text)
            throw UserError{Exit::usage, fmt::format("goal {}: a column of words has no best", name)};
        auto one = column.numbers;
        if (goal.maximise)
            std::transform(one.begin(), one.end(), one.begin(), [](double value) { return -value; });
        values.push_back(std::move(one));
        table.goals.push_back({goal.maximise, name});
    }
    auto const& status = *table.find("status");
    auto        ranks  = values.empty() ? std::vector<std::uint32_t>(table.rows) : std::vector<std::uint32_t>{};
    if (!values.empty()) {
        for (std::size_t i = 0; i < table.rows; ++i)
            if (status.texts[i] != name_of(PointStatus::ok))
                values.front()[i] = unknown;
        ranks = pareto_ranks(values);
    }
    auto rank = numbers("pareto_rank", "1", "front of the goals that the point is on; 0: none", Source::about_run,
                        table.rows, 0);
    std::copy(ranks.begin(), ranks.end(), rank.numbers.begin());
    auto const is_rank = [](SweepColumn const& column) { return column.name == "pareto_rank"; };
    table.columns.erase(std::remove_if(table.columns.begin(), table.columns.end(), is_rank), table.columns.end());
    table.columns.push_back(std::move(rank));
}

SweepTable tabulate(SweepFolder const& folder, std::vector<configs::Goal> goals, unsigned processes)
{
    auto        table  = Tabulator{folder}.table(processes);
    auto const& status = table.find("status")->texts;
    // While no point has a result no metric is known, and the sweep's own goals wait.
    if (goals.empty() && std::find(status.begin(), status.end(), name_of(PointStatus::ok)) != status.end())
        goals = folder.plan().goals;
    add_pareto_ranks(table, goals);
    return table;
}

} // namespace scribeline::results
