// Combinations or samples of the axes, less what constraints skip and what is there already.
#include "configs/sweep/plan.hpp"

#include "configs/failure.hpp"
#include "configs/schema/file.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/sha256.hpp"

#include <cmath>
#include <unordered_set>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// Six digits number the files of a sweep.
constexpr double most_points = 1'000'000;
// Combinations are looked through one by one.
constexpr double most_candidates = 10'000'000;

std::string group_of(std::string const& column) { return column.substr(0, column.find('.')); }

// `compare` refuses a parameter that its machine does not have; the other commands take any.
bool is_heard(SweepCommand command, std::string const& column, std::string_view kind)
{
    return command != SweepCommand::compare || applies(group_of(column), kind);
}

std::string const& kind_of(std::string const& machine)
{
    static auto kinds = std::map<std::string, std::string>{};
    auto const  found = kinds.find(machine);
    return found != kinds.end() ? found->second : kinds.emplace(machine, kind_of_machine(machine)).first->second;
}

bool is_file(std::string const& text) { return text.find('/') != std::string::npos; }

std::string counted(std::string const& text, std::map<std::string, std::string> const& hashes)
{
    auto const found = hashes.find(text);
    return found == hashes.end() ? text : "sha256:" + found->second;
}

class Planner {
  public:
    explicit Planner(SweepFile const& file) : file_{file}
    {
        plan_.description = file.description;
        plan_.command     = file.command;
        plan_.machine     = file.machine;
        plan_.fixed       = file.fixed;
        plan_.goals       = file.goals;
        plan_.sampler     = name_of(file.sampler);
        plan_.seed        = file.seed;
        plan_.samples     = file.samples;
        plan_.content     = file.content;
        for (auto const& axis : file.axes)
            for (auto const& column : axis.columns) {
                plan_.columns.push_back(column);
                plan_.kinds.emplace_back(name_of(axis.kind));
                plan_.specs.push_back(axis.spec);
                rows_.push_back(find_row(column));
            }
    }

    SweepPlan plan()
    {
        if (file_.sampler == Sampler::grid)
            take_grid();
        else
            take_samples();
        return std::move(plan_);
    }

  private:
    [[noreturn]] void refuse(std::string const& why) const
    {
        throw UserError{Exit::bad_config, fmt::format("{}: error: {}", file_.name, why)};
    }

    void take_grid()
    {
        auto candidates = 1.0;
        for (auto const& axis : file_.axes)
            candidates *= static_cast<double>(axis.values.size());
        if (candidates > most_candidates)
            refuse(fmt::format("the axes have {:.3g} combinations; at most {:.0g} are looked through. Shorten an axis, "
                               "or sample: [sampling] method = \"sobol\", samples = 1000",
                               candidates, most_candidates));
        auto at = std::vector<std::size_t>(file_.axes.size());
        for (;;) {
            auto values = std::vector<std::string>{};
            for (std::size_t a = 0; a < at.size(); ++a)
                for (auto const& value : file_.axes[a].values[at[a]])
                    values.push_back(value);
            take(std::move(values));
            auto a = at.size(); // the last axis changes fastest
            while (a > 0 && ++at[a - 1] == file_.axes[a - 1].values.size())
                at[--a] = 0;
            if (a == 0)
                return;
        }
    }

    void take_samples()
    {
        if (static_cast<double>(file_.samples) > most_points)
            refuse(fmt::format("{} samples; a sweep has at most {:.0f} points", file_.samples, most_points));
        for (auto const& u : unit_points(file_.sampler, file_.samples, file_.axes.size(), file_.seed)) {
            auto values = std::vector<std::string>{};
            for (std::size_t a = 0; a < file_.axes.size(); ++a) {
                try {
                    for (auto& value : file_.axes[a].at(u[a]))
                        values.push_back(std::move(value));
                } catch (TextError const& error) {
                    refuse(fmt::format("a sample of {}: {}", file_.axes[a].columns.front(), error.what()));
                }
            }
            take(std::move(values));
        }
    }

    void take(std::vector<std::string> values)
    {
        auto machine = file_.machine;
        for (std::size_t c = 0; c < values.size(); ++c)
            if (plan_.columns[c] == "machine")
                machine = values[c];
        auto const& [name, base] = base_of(machine);
        auto parameters          = base;
        auto count               = fixed_count();
        for (std::size_t c = 0; c < values.size(); ++c)
            if (auto const* command = command_of_count(plan_.columns[c]))
                count = parse_count(command->count, values[c]);
            else if (rows_[c] != nullptr &&
                     is_heard(plan_.command, plan_.columns[c], kind_name(parameters.machine.kind)))
                rows_[c]->set(parameters, values[c]);
        if (!allowed(name, parameters, count)) {
            ++plan_.skipped;
            return;
        }
        if (is_file(parameters.workload.model))
            add_hash(parameters.workload.model);
        auto id = configuration_id(name, parameters, plan_.file_hashes, identity_of(plan_.command, count));
        if (!seen_.insert(id).second) {
            ++plan_.doubled;
            return;
        }
        if (static_cast<double>(plan_.points.size()) >= most_points)
            refuse(fmt::format("more than {:.0f} points; shorten an axis, or sample", most_points));
        plan_.points.push_back({std::move(id), std::move(values)});
    }

    // A machine by its name without a number of wafers, and its parameters, with what is fixed on top.
    struct Base {
        std::string machine;
        Parameters  parameters;
    };
    Base const& base_of(std::string const& machine)
    {
        auto const found = bases_.find(machine);
        if (found != bases_.end())
            return found->second;
        auto line    = CommandLine{};
        line.machine = machine;
        auto config  = resolve(line);
        if (is_file(config.machine))
            add_hash(config.machine);
        for (auto const& [column, value] : file_.fixed)
            if (command_of_count(column) == nullptr &&
                is_heard(plan_.command, column, kind_name(config.parameters.machine.kind)))
                find_row(column)->set(config.parameters, value);
        return bases_.emplace(machine, Base{config.machine, config.parameters}).first->second;
    }

    std::uint64_t fixed_count() const
    {
        for (auto const& [column, value] : file_.fixed)
            if (auto const* command = command_of_count(column))
                return parse_count(command->count, value);
        return row_of(plan_.command).count.standard;
    }

    void add_hash(std::string const& path)
    {
        if (plan_.file_hashes.find(path) == plan_.file_hashes.end())
            plan_.file_hashes.emplace(path, read_file(path).hash);
    }

    bool allowed(std::string const& machine, Parameters const& parameters, std::uint64_t count) const
    {
        auto const lookup = [&](std::string const& name) -> ExpressionValue {
            if (name == "machine")
                return {true, 0, machine};
            if (command_of_count(name) != nullptr)
                return {false, static_cast<double>(count), {}};
            auto const& row    = *find_row(name);
            auto const  number = row.number(parameters);
            return std::isnan(number) ? ExpressionValue{true, 0, row.text(parameters)}
                                      : ExpressionValue{false, number, {}};
        };
        for (auto const& constraint : file_.constraints) {
            try {
                if (!constraint.holds(lookup))
                    return false;
            } catch (TextError const& error) {
                refuse(fmt::format("constraint '{}': {}", constraint.text(), error.what()));
            }
        }
        return true;
    }

    SweepFile const&                file_;
    SweepPlan                       plan_;
    std::vector<Row const*>         rows_; // by column; null: the machine, or a count of the command
    std::map<std::string, Base>     bases_;
    std::unordered_set<std::string> seen_;
};

} // namespace

std::string configuration_id(std::string const& machine, Parameters const& parameters,
                             std::map<std::string, std::string> const& file_hashes, std::string const& command)
{
    auto text = command + "machine = " + counted(machine, file_hashes) + '\n';
    for (auto const& group : tables())
        for (auto const& row : group.rows)
            text += group.name + '.' + row.key + " = " + counted(row.text(parameters), file_hashes) + '\n';
    return sha256(text);
}

std::string SweepPlan::id() const
{
    auto all = std::string{};
    for (auto const& point : points)
        all += point.id + '\n';
    return sha256(all);
}

std::vector<std::string> SweepPlan::arguments(SweepPoint const& point) const
{
    auto const& about = row_of(command);
    auto        where = machine;
    auto        count = fmt::format("{}", about.count.standard);
    auto        given = fixed;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        if (columns[c] == "machine")
            where = point.values[c];
        else
            given.emplace_back(columns[c], point.values[c]);
    }
    auto sets = std::vector<std::string>{};
    for (auto const& [column, value] : given) {
        if (command_of_count(column) != nullptr)
            count = value;
        else if (command != SweepCommand::compare || is_heard(command, column, kind_of(where)))
            sets.push_back(column + '=' + value);
    }
    auto result = std::vector<std::string>{about.machine_option, where};
    if (about.count.option != nullptr) {
        result.emplace_back(about.count.option);
        result.push_back(std::move(count));
    }
    for (auto& each : sets) {
        result.emplace_back("--set");
        result.push_back(std::move(each));
    }
    return result;
}

SweepPlan plan_sweep(SweepFile const& file) { return Planner{file}.plan(); }

} // namespace scribeline::configs
