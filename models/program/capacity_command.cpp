// From options to candidates, each served in a process of its own, and a report.
#include "models/program/capacity_command.hpp"

#include "configs/schema/command_options.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/units/text.hpp"
#include "models/program/asked_options.hpp"
#include "models/program/print_document.hpp"
#include "models/program/serve_command.hpp"
#include "models/program/side_by_side.hpp"
#include "models/program/sweep/pool.hpp"
#include "models/serving/capacity.hpp"
#include "models/serving/serving_system.hpp"
#include "results/views/capacity_report.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <ostream>
#include <sstream>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace {

using configs::CommandLine;
using configs::Exit;
using configs::UserError;
using models::Candidate;
using models::CapacityGoal;

constexpr std::size_t most_candidates = 1000;
// Where nobody says: what fits into one server, and a rack's worth of parts of it.
constexpr auto usual_machines = "h100:1,h100:2,h100:4,h100:8,h200:1,h200:2,h200:4,h200:8,b200:1,b200:2,b200:4,b200:8";
constexpr auto usual_replicas = "1,2,4";

// A system as `serve` is asked for it.
struct AskedSystem {
    std::string name;
    CommandLine line;
};

bool is_own(std::string const& option)
{
    for (auto const* own :
         {"machines", "systems", "replicas", "slo", "share", "deadline", "dollars", "kilowatts", "devices", "jobs"})
        if (option == own)
            return true;
    return false;
}

std::vector<AskedSystem> candidates_of(CommandLine const& line, AskedOptions const& asked)
{
    auto base = line;
    base.options.clear();
    for (auto const& given : line.options)
        if (!is_own(given.first))
            base.options.push_back(given);
    base.output.clear();
    auto       result   = std::vector<AskedSystem>{};
    auto const systems  = line.option("systems");
    auto const machines = line.option("machines");
    auto const replicas = asked.list("replicas", line.option("replicas").value_or(usual_replicas));
    if (machines || !systems)
        for (auto const& machine : asked.list("machines", machines.value_or(usual_machines))) {
            auto const kind = configs::kind_of_machine(machine); // refuses at once what there is not
            for (auto const& count : replicas) {
                auto of    = base;
                of.machine = machine;
                of.overrides.clear();
                for (auto const& given : line.overrides) // of the machines that have it
                    if (configs::applies(given.name.substr(0, given.name.find('.')), kind))
                        of.overrides.push_back(given);
                of.options.emplace_back("replicas", count);
                result.push_back({fmt::format("{} x {}", count, machine), std::move(of)});
            }
        }
    if (systems)
        for (auto const& system : asked.list("systems", *systems)) {
            auto of = base;
            of.options.emplace_back("system", system);
            result.push_back({system, std::move(of)});
        }
    if (result.size() > most_candidates)
        asked.refuse(fmt::format("{} candidates are more than {}. Give fewer --machines or --replicas", result.size(),
                                 most_candidates));
    return result;
}

double above_zero(std::string const& text)
{
    auto stream = std::istringstream{text};
    auto value  = 0.0;
    if (!(stream >> value) || !stream.eof() || !(value > 0) || !std::isfinite(value))
        throw configs::TextError{fmt::format("{} is no number above 0", configs::shown(text))};
    return value;
}

// `8h` and `30min` as well: nobody counts a night in seconds.
configs::Seconds long_time(std::string const& text)
{
    for (auto const& [unit, seconds] : {std::pair{"h", 3600.0}, {"min", 60.0}, {"d", 86400.0}}) {
        auto const length = std::string{unit}.size();
        if (text.size() > length && text.compare(text.size() - length, length, unit) == 0)
            return configs::Seconds{above_zero(text.substr(0, text.size() - length)) * seconds};
    }
    return configs::parse<configs::Seconds>(text);
}

CapacityGoal goal_of(AskedOptions const& asked)
{
    auto goal  = CapacityGoal{};
    goal.level = asked.read("slo", &models::parse_service_level).value_or(models::ServiceLevel{});
    if (auto const share = asked.read("share", [](std::string const& text) { return configs::parse_percent(text); })) {
        if (!(*share > 0 && *share <= 1))
            asked.refuse("--share: expected more than 0 % and at most 100 %");
        goal.share = *share;
    }
    goal.deadline  = asked.read("deadline", &long_time);
    goal.dollars   = asked.read("dollars", &above_zero);
    goal.kilowatts = asked.read("kilowatts", &above_zero);
    goal.devices   = asked.count("devices");
    if (goal.level.empty() && !goal.deadline)
        asked.refuse("capacity: enough for what? Give --slo chat (or ttft=2s,itl=50ms), or --deadline 8h");
    return goal;
}

// --- an answer on its way between two processes: a figure a line, words last ---

std::string written(Candidate const& c, std::string const& source)
{
    auto text = std::string{};
    for (auto const value : {static_cast<double>(c.devices), c.dollars_per_hour.low, c.dollars_per_hour.high,
                             c.dollars_of_run.low, c.dollars_of_run.high, c.kilowatts, c.joules, c.per_user,
                             c.output_rate, c.first_token, c.inter_token, c.seconds})
        text += fmt::format("{}\n", value);
    text += fmt::format("{}\n", c.limits.size());
    for (auto const& limit : c.limits)
        text += fmt::format("{}\n{}\n", limit.taken, limit.what);
    return text + c.bound_by + "\n" + source + "\n" + c.reason;
}

Candidate read_back(std::string const& name, std::string const& text, std::string& source)
{
    auto       c     = Candidate{};
    auto       lines = std::istringstream{text};
    auto const next  = [&] {
        auto line = std::string{};
        std::getline(lines, line);
        return line;
    };
    auto const number = [&] { return std::stod(next()); };
    c.name            = name;
    c.devices         = static_cast<std::uint64_t>(number());
    for (auto* value :
         {&c.dollars_per_hour.low, &c.dollars_per_hour.high, &c.dollars_of_run.low, &c.dollars_of_run.high,
          &c.kilowatts, &c.joules, &c.per_user, &c.output_rate, &c.first_token, &c.inter_token, &c.seconds})
        *value = number();
    auto const limits = static_cast<std::size_t>(number());
    for (std::size_t i = 0; i < limits; ++i) {
        auto const taken = number();
        c.limits.push_back({next(), taken});
    }
    c.bound_by = next();
    if (auto told = next(); !told.empty())
        source = told;
    std::getline(lines, c.reason, '\0');
    return c;
}

std::string served(AskedSystem const& asked, CapacityGoal const& goal)
{
    auto c = Candidate{};
    try {
        auto const spec    = system_of(asked.line);
        auto const source  = requests_of(asked.line, spec);
        auto const outcome = models::serve(spec, *source);
        auto const summary = models::summary_of(outcome, goal.level);
        return written(models::candidate_of(asked.name, goal, outcome, summary, models::costs_of(spec, outcome)),
                       outcome.source);
    } catch (std::exception const& error) {
        c.reason = error.what();
    }
    return written(c, "");
}

} // namespace

std::vector<configs::Option> capacity_options()
{
    using namespace configs;
    auto options = std::vector<Option>{
        own_option("machines", "A,B,..", "each as --machine takes it, h100:8; without: 1 to 8 of h100, h200 and b200"),
        own_option("systems", "A,B,..", "files of pools ('scribeline list systems')"),
        own_option("share", "PERCENT", "of the requests, that must keep --slo; without: 95 %"),
        own_option("deadline", "8h", "all requests are done by then"),
        own_option("dollars", "N", "at most so many US dollars an hour, where prices are high"),
        own_option("kilowatts", "N", "at most so many at the meter, in the mean"),
        own_option("devices", "N", "at most so many"),
        own_option("jobs", "N", "processes side by side; without: one per core")};
    for (auto& option : serve_options()) {
        if (option.name == "system" || option.name == "machine" || option.name == "step-by-step")
            continue;
        if (option.name == "replicas")
            option = own_option("replicas", "A,B,..", "of each machine, each with the whole model; without: 1,2,4");
        options.push_back(std::move(option));
    }
    return options;
}

Exit capacity_command(CommandLine const& line, std::ostream& out)
{
    auto const options = AskedOptions{line};
    if (!line.output.empty())
        options.refuse(
            "-o: capacity writes no file. Take --format json or csv, or serve -o of the system that was found");
    auto const goal  = goal_of(options);
    auto const asked = candidates_of(line, options);
    auto const processes =
        static_cast<unsigned>(std::min<std::uint64_t>(options.count("jobs").value_or(processors()), 256));
    auto const answers = side_by_side(asked.size(), processes, [&](std::size_t i) { return served(asked[i], goal); });
    auto       candidates = std::vector<Candidate>{};
    auto       source     = std::string{"requests"};
    for (std::size_t i = 0; i < asked.size(); ++i) {
        auto candidate = Candidate{};
        if (answers[i])
            candidate = read_back(asked[i].name, *answers[i], source);
        else
            candidate.reason = "its process ended without an answer";
        candidate.name = configs::printable(asked[i].name);
        candidates.push_back(std::move(candidate));
    }
    if (std::none_of(candidates.begin(), candidates.end(), [](Candidate const& c) { return c.known(); }))
        throw UserError{Exit::bad_config, fmt::format("no candidate could be asked. {}: {}", candidates.front().name,
                                                      candidates.front().reason)};
    models::rank(candidates, goal);
    print_document(line, document_of(candidates, goal, source), out);
    return candidates.front().enough() ? Exit::done : Exit::answer_is_no;
}

} // namespace scribeline::program
