// What a process finds goes into memory that it shares with this one; why there is no figure is what it says on
// standard error.
#include "models/program/sensitivity/study.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "models/program/sensitivity/figure.hpp"
#include "models/program/sensitivity/trials.hpp"
#include "models/program/sweep/pool.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iostream>
#include <new>
#include <set>

#include <fmt/format.h>
#include <sys/mman.h>

namespace scribeline::program {

namespace {

using configs::Exit;
using configs::UserError;
using results::TriedValue;

struct SharedFigure {
    double value;
    char   units[32], meaning[256];
};

// Memory that processes started from here share with this one.
class SharedFigures {
  public:
    explicit SharedFigures(std::size_t count) : bytes_{count * sizeof(SharedFigure)}
    {
        auto* const memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw std::bad_alloc{};
        figures_ = static_cast<SharedFigure*>(memory);
    }
    ~SharedFigures() { ::munmap(figures_, bytes_); }
    SharedFigures(SharedFigures const&)            = delete;
    SharedFigures& operator=(SharedFigures const&) = delete;

    SharedFigure& operator[](std::size_t i) { return figures_[i]; }

  private:
    std::size_t   bytes_;
    SharedFigure* figures_ = nullptr;
};

template <std::size_t size> void copy(std::string const& text, char (&to)[size])
{
    std::strncpy(to, text.c_str(), size - 1);
    to[size - 1] = '\0';
}

// What is asked of one process: the base, with these parameters at other values. For whom the answer is: all of them.
struct Asked {
    std::vector<configs::Override> overrides;
    std::vector<TriedValue*>       answers;
};

struct Answer {
    std::optional<Figure> figure;
    std::string           reason; // why there is none
    Exit                  code = Exit::done;
};

// In the child: into `figure`, or onto standard error.
int answer_into(SharedFigure& figure, configs::CommandLine line, Asked const& asked, std::string const& metric)
{
    line.overrides.insert(line.overrides.end(), asked.overrides.begin(), asked.overrides.end());
    try {
        auto const found = figure_of(configs::resolve(line), metric);
        figure.value     = found.value;
        copy(found.units, figure.units);
        copy(found.meaning, figure.meaning);
        return 0;
    } catch (UserError const& error) {
        std::cerr << error.what();
        return static_cast<int>(error.code());
    } catch (configs::SimulationFault const& fault) {
        std::cerr << "the simulation cannot be trusted: " << fault.what();
    } catch (std::bad_alloc const&) {
        std::cerr << "not enough memory";
    } catch (std::exception const& error) {
        std::cerr << error.what();
    }
    return static_cast<int>(Exit::internal);
}

Answer answer_of(ProcessEnd const& end, SharedFigure const& figure)
{
    if (end.exit_code == 0)
        return {Figure{figure.value, figure.units, figure.meaning}, "", Exit::done};
    auto const is_ours = end.exit_code <= static_cast<int>(Exit::interrupted);
    return {std::nullopt,
            end.error.empty() ? fmt::format("the process ended with exit code {}", end.exit_code) : end.error,
            is_ours ? static_cast<Exit>(end.exit_code) : Exit::internal};
}

// Each in a process of its own, so many at a time.
std::vector<Answer> ask(SensitivityQuestion const& question, std::vector<Asked> const& asked)
{
    auto       answers = std::vector<Answer>(asked.size());
    auto       figures = SharedFigures{asked.size()};
    auto       next    = std::size_t{0};
    auto const program = [&](std::vector<std::string> const& arguments) {
        auto const i = std::stoul(arguments.front());
        return answer_into(figures[i], question.line, asked[i], question.metric);
    };
    auto const interruption = Pool{{question.processes, 0, program}}.run(
        [&](Job& job) {
            if (next == asked.size())
                return false;
            job = {next, {"scribeline", std::to_string(next)}};
            ++next;
            return true;
        },
        [&](Job const& job, ProcessEnd const& end) { answers[job.key] = answer_of(end, figures[job.key]); },
        [](std::vector<Running> const&) {});
    if (interruption != Interruption::none)
        throw UserError{Exit::interrupted, "interrupted: what a parameter is worth is known only with all its values"};
    return answers;
}

std::string without_prefix(std::string text)
{
    for (auto const* prefix : {"scribeline: error: ", "configuration: error: "})
        if (text.rfind(prefix, 0) == 0)
            text.erase(0, std::strlen(prefix));
    return text;
}

void give(Asked const& asked, Answer const& answer)
{
    for (auto* value : asked.answers)
        if (answer.figure)
            value->figure = answer.figure->value;
        else
            value->reason = without_prefix(answer.reason);
}

// All of the machine, without what a user wishes of it.
bool describes_a_machine(std::string const& group)
{
    constexpr std::array wishes{"machine", "workload", "mapping", "run", "engine"};
    return std::find(wishes.begin(), wishes.end(), group) == wishes.end();
}

void require_names(SensitivityQuestion const& question, configs::Config const& base)
{
    auto const& kind   = configs::kind_name(base.parameters.machine.kind);
    auto        groups = std::vector<std::string>{};
    for (auto const& group : configs::tables())
        if (configs::applies(group.name, kind))
            groups.push_back(group.name);
    for (auto const& group : question.groups)
        if (std::find(groups.begin(), groups.end(), group) == groups.end())
            throw UserError{Exit::usage, fmt::format("--group {}: a machine of the kind '{}' has the groups {}{}",
                                                     configs::shown(group), kind, fmt::join(groups, ", "),
                                                     configs::did_you_mean(group, groups))};
    auto named = question.parameters;
    for (auto const& value : question.values)
        named.push_back(value.name);
    for (auto const& name : named) {
        auto const* row = configs::find_row(name);
        if (row == nullptr)
            throw UserError{Exit::usage, fmt::format("{}: unknown key{}", configs::printable(name),
                                                     configs::did_you_mean_row(name))};
        if (!configs::applies(row->group, kind))
            throw UserError{Exit::usage,
                            fmt::format("{}: a machine of the kind '{}' has no group '{}'", name, kind, row->group)};
    }
}

bool is_asked_for(SensitivityQuestion const& question, configs::Setting const& setting)
{
    auto const name = setting.group + "." + setting.key;
    auto const is   = [](std::vector<std::string> const& list, std::string const& what) {
        return std::find(list.begin(), list.end(), what) != list.end();
    };
    if (!question.groups.empty() || !question.parameters.empty())
        return is(question.groups, setting.group) || is(question.parameters, name);
    return question.values.empty() && describes_a_machine(setting.group);
}

std::optional<TriedValue> tried(std::optional<Trial> const& trial)
{
    return trial ? std::optional{TriedValue{trial->text, trial->number, std::nullopt, trial->refusal}} : std::nullopt;
}

results::VariedParameter varied(configs::Setting const& setting)
{
    auto parameter     = results::VariedParameter{};
    parameter.name     = setting.group + "." + setting.key;
    parameter.units    = setting.units;
    parameter.text     = setting.text;
    parameter.number   = setting.number;
    parameter.origin   = setting.origin;
    parameter.citation = setting.citation;
    parameter.set_by   = setting.set_by;
    return parameter;
}

// Which parameters go where.
void plan(SensitivityQuestion const& question, configs::Config const& base, results::Sensitivity& study)
{
    for (auto const& setting : base.settings) {
        auto        parameter = varied(setting);
        auto const& row       = *configs::find_row(parameter.name);
        auto const  value     = std::find_if(question.values.begin(), question.values.end(),
                                             [&](auto const& each) { return each.name == parameter.name; });
        if (value != question.values.end()) {
            auto const trial = tried(trial_of(row, base.parameters, value->text));
            (trial->number < parameter.number ? parameter.down : parameter.up) = trial;
        } else if (is_asked_for(question, setting)) {
            auto const trials = trials_of(row, base.parameters, question.factor);
            if (!trials.down && !trials.up) {
                study.not_varied.emplace_back(parameter.name, trials.reason);
                continue;
            }
            parameter.down = tried(trials.down);
            parameter.up   = tried(trials.up);
        } else {
            continue;
        }
        study.varied.push_back(std::move(parameter));
    }
}

// Of these groups a figure reads all or nothing: energies are added up for figures of energy, prices for figures of
// cost, and defects are drawn for a wafer that has some. So they are moved together first, all down and all up.
bool is_read_as_a_whole(std::string const& group)
{
    constexpr std::array groups{"energy", "device_energy", "price", "yield"};
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

using Side = std::optional<TriedValue> results::VariedParameter::*;
constexpr std::array<Side, 2>          sides{&results::VariedParameter::down, &results::VariedParameter::up};

std::string group_of(results::VariedParameter const& parameter)
{
    return parameter.name.substr(0, parameter.name.find('.'));
}

void add(Asked& asked, results::VariedParameter& parameter, Side side)
{
    if (auto& tried = parameter.*side; tried && tried->reason.empty()) {
        asked.overrides.push_back({"--set", parameter.name, tried->text});
        asked.answers.push_back(&*tried);
    }
}

// What is asked first: the base, then of each group that is read as a whole its parameters together.
std::vector<Asked> asked_together(results::Sensitivity& study, std::set<std::string>& groups)
{
    auto asked = std::vector<Asked>{Asked{}};
    for (auto const& parameter : study.varied)
        if (is_read_as_a_whole(group_of(parameter)))
            groups.insert(group_of(parameter));
    for (auto const& group : groups)
        for (auto const side : sides) {
            asked.emplace_back();
            for (auto& parameter : study.varied)
                if (group_of(parameter) == group)
                    add(asked.back(), parameter, side);
        }
    return asked;
}

// All others, one at a time.
std::vector<Asked> asked_alone(results::Sensitivity& study, std::set<std::string> const& known)
{
    auto asked = std::vector<Asked>{};
    for (auto& parameter : study.varied)
        for (auto const side : sides) {
            auto one = Asked{};
            add(one, parameter, side);
            if (!one.answers.empty() && known.count(group_of(parameter)) == 0)
                asked.push_back(std::move(one));
        }
    return asked;
}

} // namespace

results::Sensitivity sensitivity(SensitivityQuestion const& question)
{
    auto const base = configs::resolve(question.line);
    require_metric(question.metric);
    require_names(question, base);

    auto study    = results::Sensitivity{};
    study.machine = question.line.machine.empty() ? base.machine : question.line.machine;
    study.model   = base.parameters.workload.model;
    study.metric  = question.metric;
    study.factor =
        question.values.empty() || !question.groups.empty() || !question.parameters.empty() ? question.factor : 0;
    plan(question, base, study);

    auto       together = std::set<std::string>{};
    auto const first    = asked_together(study, together);
    auto const found    = ask(question, first);
    if (!found.front().figure)
        throw UserError{found.front().code, found.front().reason};
    study.base    = found.front().figure->value;
    study.units   = found.front().figure->units;
    study.meaning = found.front().figure->meaning;

    auto       unread = std::set<std::string>{};
    auto const same   = [&](std::size_t i) { return found[i].figure && found[i].figure->value == study.base; };
    auto       at     = std::size_t{1};
    for (auto const& group : together) {
        if (same(at) && same(at + 1)) {
            unread.insert(group);
            give(first[at], found[at]);
            give(first[at + 1], found[at + 1]);
        }
        at += sides.size();
    }
    auto const rest = asked_alone(study, unread);
    if (!rest.empty()) {
        auto const answers = ask(question, rest);
        for (std::size_t i = 0; i < rest.size(); ++i)
            give(rest[i], answers[i]);
    }
    return study;
}

} // namespace scribeline::program
