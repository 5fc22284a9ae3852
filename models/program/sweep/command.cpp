// From options to the parts of a sweep; what each of them does stands in its own file.
#include "models/program/sweep/command.hpp"

#include "configs/share.hpp"
#include "configs/sweep/plan.hpp"
#include "configs/units/text.hpp"
#include "models/program/program.hpp"
#include "models/program/sweep/run.hpp"
#include "models/program/sweep/slurm.hpp"
#include "results/files/compare/columns.hpp"
#include "results/files/sweep/folder.hpp"
#include "results/files/sweep/merged_file.hpp"
#include "results/files/yield_figures.hpp"
#include "results/views/metrics.hpp"
#include "results/views/sweep/show.hpp"
#include "workloads/model_shape.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

namespace fs = std::filesystem;
using configs::Exit;
using configs::UserError;

namespace {

constexpr std::size_t points_without_asking = 1000;

class Given;
Exit run(Given const& given, std::ostream& out);
Exit status(Given const& given, std::ostream& out);
Exit merge(Given const& given, std::ostream& out);
Exit show(Given const& given, std::ostream& out);
Exit plan(Given const& given, std::ostream& out);
Exit submit(Given const& given, std::ostream& out);

struct Subcommand {
    char const*              name;
    std::vector<std::string> options; // beyond those of every command
    Exit (*answer)(Given const& given, std::ostream& out);
};

std::vector<Subcommand> const& subcommands()
{
    static auto const all = std::vector<Subcommand>{
        {"run", {"output", "jobs", "retries", "timeout", "shard", "yes", "stop-on-failure"}, &run},
        {"status", {"format"}, &status},
        {"merge", {"goal", "jobs"}, &merge},
        {"show", {"where", "sort", "descending", "pareto", "columns", "baseline", "limit", "format"}, &show},
        {"plan", {"emit", "output", "yes"}, &plan},
        {"submit", {"output", "shards", "jobs", "retries", "timeout", "sbatch", "dry-run", "yes"}, &submit}};
    return all;
}

// What was given to `sweep`, read as what it must be.
class Given {
  public:
    explicit Given(configs::CommandLine const& line) : line_{line}
    {
        auto names = std::vector<std::string>{};
        for (auto const& each : subcommands())
            names.emplace_back(each.name);
        auto const& asked = line.arguments.at(0);
        auto const  found = std::find(names.begin(), names.end(), asked);
        if (found == names.end())
            refuse(fmt::format("no 'sweep {}'; there are {}{}", configs::printable(asked), fmt::join(names, ", "),
                               configs::did_you_mean(asked, names)));
        subcommand_       = &subcommands()[static_cast<std::size_t>(found - names.begin())];
        auto const& known = subcommand_->options;
        for (auto const& [option, value] : line.options)
            if (std::find(known.begin(), known.end(), option) == known.end())
                refuse(fmt::format("--{} is not for 'sweep {}', which takes --{}", option, asked,
                                   fmt::join(known, ", --")));
        if (line.dry_run && asked != "submit")
            refuse("--dry-run is for 'sweep submit'; 'sweep plan FILE' lists the points");
    }

    Subcommand const&  subcommand() const { return *subcommand_; }
    std::string const& target() const { return line_.arguments[1]; }
    bool               has(char const* option) const { return !all(option).empty(); }
    std::string        text(char const* option, std::string const& otherwise = "") const
    {
        auto const values = all(option);
        return values.empty() ? otherwise : values.back();
    }
    std::vector<std::string> all(char const* option) const
    {
        auto values = std::vector<std::string>{};
        for (auto const& [name, value] : line_.options)
            if (name == option)
                values.push_back(value);
        return values;
    }
    template <class Number> Number number(char const* option, Number otherwise, Number least) const
    {
        if (!has(option))
            return otherwise;
        auto const given        = text(option);
        auto       value        = Number{};
        auto const [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
        if (error != std::errc{} || end != given.data() + given.size() || !(value >= least) ||
            !std::isfinite(static_cast<double>(value)))
            refuse(fmt::format("--{} {}: expected a number of at least {}", option, configs::shown(given), least));
        return value;
    }
    [[noreturn]] static void refuse(std::string const& why)
    {
        throw UserError{Exit::usage, why + "\nTry 'scribeline help sweep'."};
    }
    configs::CommandLine const& line() const { return line_; }

  private:
    configs::CommandLine const& line_;
    Subcommand const*           subcommand_ = nullptr;
};

// Names of the columns of numbers that a result of this command may have.
std::vector<std::string> number_names(configs::SweepCommand command)
{
    auto names = std::vector<std::string>{"attempts", "exit_code", "wall_seconds", "peak_rss"};
    if (command == configs::SweepCommand::run)
        for (auto& name : metric_names())
            names.push_back(std::move(name));
    if (command == configs::SweepCommand::compare)
        for (auto const& column : number_columns())
            names.emplace_back(column.name);
    if (command == configs::SweepCommand::yield) {
        for (auto const& figure : yield_figures)
            for (auto const& column : yield_columns)
                names.push_back(fmt::format("{}_{}", figure.key, column.first));
        for (auto const* name : {"unrepairable_share", "perfect_dies_share", "perfect_dies_formula", "die_area"})
            names.emplace_back(name);
    }
    return names;
}

// Each goal is looked up here, so that one that no result has is an error now and not when all points have run.
void require_goals(std::string const& file, configs::SweepPlan const& plan)
{
    auto known = number_names(plan.command);
    for (auto const& column : plan.columns)
        if (configs::column_kind(column).what == configs::ColumnKind::What::number)
            known.push_back(column);
    auto const ends_in = [](std::string const& column, std::string const& name) {
        return column.size() > name.size() + 1 &&
               column.compare(column.size() - name.size() - 1, name.size() + 1, "." + name) == 0;
    };
    // Times of parts are named as the machines name the parts.
    auto const is_part = [&](std::string const& name) {
        return plan.command == configs::SweepCommand::compare && name.rfind("time_", 0) == 0;
    };
    for (auto const& goal : plan.goals) {
        auto const is_meant = [&](std::string const& name) {
            return name == goal.column || ends_in(name, goal.column);
        };
        if (std::none_of(known.begin(), known.end(), is_meant) && !is_part(goal.column))
            throw UserError{Exit::bad_config,
                            fmt::format("{}: error: goals: {} is no axis of numbers of this sweep, and no figure of "
                                        "'scribeline {}'{}",
                                        configs::printable(file), configs::shown(goal.column),
                                        configs::name_of(plan.command), configs::did_you_mean(goal.column, known))};
    }
}

configs::SweepPlan plan_of(Given const& given)
{
    auto plan = configs::plan_sweep(configs::read_sweep_file(given.target()));
    if (plan.points.empty())
        throw UserError{Exit::bad_config, fmt::format("{}: no points are left: the constraints skip all {}",
                                                      given.target(), plan.skipped)};
    require_goals(given.target(), plan);
    return plan;
}

// Each model is read once here, so that one that is not there is an error now and not at every point.
void require_models(configs::SweepPlan const& plan)
{
    auto models = std::set<std::string>{};
    for (auto const& [column, value] : plan.fixed)
        if (column == "workload.model")
            models.insert(value);
    for (std::size_t c = 0; c < plan.columns.size(); ++c)
        if (plan.columns[c] == "workload.model")
            for (auto const& point : plan.points)
                models.insert(point.values[c]);
    for (auto const& model : models)
        workloads::read_model(model);
}

void require_consent(Given const& given, configs::SweepPlan const& plan)
{
    if (plan.points.size() > points_without_asking && !given.has("yes"))
        Given::refuse(fmt::format("{} has {} points, more than {}: say --yes if that is meant", given.target(),
                                  plan.points.size(), points_without_asking));
}

// A sweep file makes its folder; a folder that has a plan goes on.
SweepFolder folder_of(Given const& given)
{
    auto       error     = std::error_code{};
    auto const is_folder = fs::exists(fs::path{given.target()} / "plan.json", error);
    auto const elsewhere = given.has("output") && !fs::equivalent(given.text("output"), given.target(), error);
    if (is_folder && !elsewhere)
        return SweepFolder::open(given.target());
    // A folder may bear the name of a shipped sweep.
    if (is_folder && !configs::find_shared("configs/sweeps/" + given.target() + ".toml"))
        Given::refuse(fmt::format("{} is the folder of a sweep, which goes on there: leave out -o", given.target()));
    auto const plan = plan_of(given);
    require_consent(given, plan);
    require_models(plan);
    auto const output = given.text("output", fs::path{given.target()}.stem().string());
    auto       folder = SweepFolder::prepare(output, plan);
    if (given.line().verbosity >= 0 && (plan.skipped > 0 || plan.doubled > 0))
        std::cerr << fmt::format("scribeline: {} points; {} skipped by constraints, {} the same as others\n",
                                 plan.points.size(), plan.skipped, plan.doubled);
    return folder;
}

Exit run(Given const& given, std::ostream& out)
{
    auto options      = SweepRunOptions{};
    options.program   = [](std::vector<std::string> const& arguments) { return static_cast<int>(answer(arguments)); };
    options.processes = given.number("jobs", processors(), 1U);
    options.retries   = given.number("retries", 0U, 0U);
    options.timeout   = given.number("timeout", 0.0, 0.0);
    options.stop_on_failure = given.has("stop-on-failure");
    if (given.has("shard"))
        options.shard = parse_shard(given.text("shard"));
    auto const folder = folder_of(given);
    if (given.line().verbosity >= 0)
        options.progress = ::isatty(STDERR_FILENO) != 0 ? Progress::Style::terminal : Progress::Style::lines;

    auto const start  = std::chrono::steady_clock::now();
    auto const result = run_points(folder, options, std::cerr);
    auto const took   = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    out << describe(folder, result.states, options.shard);
    if (given.line().verbosity >= 0)
        std::cerr << fmt::format("scribeline: {} processes ended in {:.1f} s; {}\n", result.ran, took,
                                 result.counts.remaining() > 0
                                     ? fmt::format("'scribeline sweep run {}' goes on", folder.path())
                                     : fmt::format("next: scribeline sweep merge {}", folder.path()));
    if (result.interruption == Interruption::asked || result.interruption == Interruption::stopped)
        return Exit::interrupted;
    return result.counts.remaining() > 0 ? Exit::try_again : Exit::done;
}

Exit status(Given const& given, std::ostream& out)
{
    auto const folder = SweepFolder::open(given.target());
    auto const states = read_states(folder, processors());
    auto const counts = count_points(states);
    if (given.line().format == configs::OutputFormat::table) {
        out << describe(folder, states);
        return Exit::done;
    }
    auto const json = given.line().format == configs::OutputFormat::json;
    auto       all  = nlohmann::ordered_json{{"schema_version", "1.0"}, {"total", counts.total()}};
    for (std::size_t i = 0; i < point_status_count; ++i)
        all[name_of(static_cast<PointStatus>(i))] = counts.of[i];
    if (json) {
        out << all.dump(2) << '\n';
        return Exit::done;
    }
    out << "status,points\n";
    for (std::size_t i = 0; i < point_status_count; ++i)
        out << name_of(static_cast<PointStatus>(i)) << ',' << counts.of[i] << '\n';
    return Exit::done;
}

void tell(Given const& given, std::vector<std::string> const& warnings)
{
    for (auto const& warning : warnings)
        if (given.line().verbosity >= 0)
            std::cerr << "scribeline: warning: " << configs::printable(warning) << '\n';
}

Exit merge(Given const& given, std::ostream& out)
{
    auto const folder = SweepFolder::open(given.target());
    auto       goals  = std::vector<configs::Goal>{};
    for (auto const& goal : given.all("goal")) {
        try {
            goals.push_back(configs::parse_goal(goal));
        } catch (configs::TextError const& error) {
            Given::refuse(fmt::format("--goal {}", error.what()));
        }
    }
    auto const table = tabulate(folder, goals, given.number("jobs", processors(), 1U));
    write_merged(folder, table);
    auto states = PointStates{};
    for (std::size_t point = 0; point < table.rows; ++point) {
        auto const& word = table.find("status")->texts[point];
        for (std::size_t i = 0; i < point_status_count; ++i)
            if (word == name_of(static_cast<PointStatus>(i)))
                states.status.push_back(static_cast<PointStatus>(i));
        if (states.status.back() == PointStatus::failed && folder.is_done(point))
            states.faults[point] = table.find("error")->texts[point];
    }
    out << configs::printable(folder.merged_file()) << ": " << describe(folder, states);
    for (auto const& [point, fault] : states.faults)
        if (given.line().verbosity >= 0)
            std::cerr << "scribeline: warning: " << configs::printable(fault) << '\n';
    tell(given, fidelity_warnings(table));
    return Exit::done;
}

std::vector<std::string> split_at_commas(std::string const& text)
{
    auto parts = std::vector<std::string>{};
    for (std::size_t from = 0; from < text.size();) {
        auto const end = std::min(text.find(',', from), text.size());
        if (end > from)
            parts.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

Exit show(Given const& given, std::ostream& out)
{
    auto       error  = std::error_code{};
    auto const merged = fs::path{given.target()} / "sweep.h5";
    auto const folder = fs::is_directory(given.target(), error);
    if (folder && !fs::exists(merged, error))
        throw UserError{Exit::no_input, fmt::format("{} is not there; 'scribeline sweep merge {}' writes it",
                                                    merged.string(), given.target())};
    auto options        = ShowOptions{};
    options.where       = given.text("where");
    options.sort        = given.text("sort");
    options.descending  = given.has("descending");
    options.pareto_only = given.has("pareto");
    options.columns     = split_at_commas(given.text("columns"));
    options.limit       = given.number("limit", std::size_t{0}, std::size_t{1});
    options.format      = given.line().format;
    options.baseline    = given.text("baseline");
    auto const shown    = shown_sweep(read_merged(folder ? merged.string() : given.target()), options);
    out << shown.text;
    tell(given, shown.warnings);
    return Exit::done;
}

std::string for_shell(std::string const& argument)
{
    if (argument.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%") ==
        std::string::npos)
        return argument;
    auto quoted = std::string{"'"};
    for (auto const c : argument)
        quoted += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    return quoted + "'";
}

// The points as commands, one a line, for schedulers that this program does not know.
Exit plan(Given const& given, std::ostream& out)
{
    auto const emit = given.text("emit", "table");
    if (emit != "table" && emit != "list" && emit != "parallel")
        Given::refuse(fmt::format("--emit {}: expected list (commands) or parallel (a line for GNU parallel)",
                                  configs::shown(emit)));
    auto const plan = plan_of(given);
    require_models(plan);
    if (emit == "table") {
        out << fmt::format("{} points; {} skipped by constraints, {} the same as others\n", plan.points.size(),
                           plan.skipped, plan.doubled);
        out << fmt::format("point  {}\n", fmt::join(plan.columns, "  "));
        for (std::size_t i = 0; i < plan.points.size(); ++i)
            out << fmt::format("{:>5}  {}\n", i, fmt::join(plan.points[i].values, "  "));
        return Exit::done;
    }
    require_consent(given, plan);
    auto const output = given.text("output", fs::path{given.target()}.stem().string());
    auto const folder = SweepFolder::prepare(output, plan);
    if (emit == "parallel") {
        out << fmt::format("seq {0} | parallel -j {1} --joblog {2} --resume-failed scribeline sweep run {3} "
                           "--quiet --jobs 1 --shard '{{}}/{0}'\n",
                           plan.points.size(), processors(), for_shell((fs::path{output} / "joblog").string()),
                           for_shell(output));
        return Exit::done;
    }
    for (std::size_t i = 0; i < plan.points.size(); ++i) {
        auto command = fmt::format("scribeline {}", configs::name_of(plan.command));
        for (auto const& argument : plan.arguments(plan.points[i]))
            command += ' ' + for_shell(argument);
        out << command << " --quiet --output " << for_shell(folder.run_file(i)) << '\n';
    }
    return Exit::done;
}

Exit submit(Given const& given, std::ostream& out)
{
    auto options       = SubmitOptions{};
    options.shards     = given.number("shards", std::size_t{1}, std::size_t{1});
    options.processes  = given.number("jobs", 1U, 1U);
    options.retries    = given.number("retries", 0U, 0U);
    options.timeout    = given.number("timeout", 0.0, 0.0);
    options.sbatch     = given.all("sbatch");
    options.dry_run    = given.line().dry_run;
    auto const folder  = folder_of(given);
    options.shards     = std::min(options.shards, folder.plan().points.size());
    auto       error   = std::error_code{};
    auto const program = fs::read_symlink("/proc/self/exe", error).string();
    auto const result  = submit_sweep(folder, error ? "scribeline" : program, options);
    if (!result.warning.empty() && given.line().verbosity >= 0)
        std::cerr << "scribeline: warning: " << result.warning << '\n';
    if (options.dry_run)
        out << fmt::format("wrote {} and {}; nothing was submitted (--dry-run)\n",
                           configs::printable(result.array_script), configs::printable(result.merge_script));
    else
        out << fmt::format("{} points in {} shards: job {}; merge: job {}\n", folder.plan().points.size(),
                           options.shards, result.array_job, result.merge_job);
    return Exit::done;
}

} // namespace

configs::Exit sweep_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const given = Given{line};
    return given.subcommand().answer(given, out);
}

} // namespace scribeline::program
