// From options to requests, a system, and a report.
#include "models/program/serve_command.hpp"

#include "configs/schema/command_options.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/system_file.hpp"
#include "configs/units/text.hpp"
#include "models/program/asked_options.hpp"
#include "models/program/print_document.hpp"
#include "models/program/system_file.hpp"
#include "models/program/trace_options.hpp"
#include "models/serving/serving_costs.hpp"
#include "models/serving/serving_summary.hpp"
#include "models/serving/serving_system.hpp"
#include "results/files/serve_file.hpp"
#include "results/views/cost_table.hpp"
#include "results/views/serve_report.hpp"
#include "workloads/requests/comma_line.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/trace.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace {

using configs::CommandLine;
using configs::Exit;

std::unique_ptr<workloads::RequestSource> trace_of(CommandLine const& line, AskedOptions const& asked)
{
    for (auto const* drawn : {"input", "output", "rate", "requests", "duration", "arrivals", "sessions", "turns",
                              "growth", "tool-time", "shared-prompt"})
        if (asked.has(drawn))
            asked.refuse(
                fmt::format("--{}: requests come from --trace, nothing is drawn. Leave out one of the two", drawn));
    return workloads::open_trace(*asked.text("trace"), trace_options_of(line));
}

// Turns of an agent: what a tool adds, how long it takes, and what all prompts begin with.
void draw_sessions(workloads::DrawnWorkload& workload, AskedOptions const& asked)
{
    constexpr std::uint64_t usual_block = 512; // of hashes, as recorded traces of agents have it
    auto const              read        = [](std::string const& text) { return workloads::parse_distribution(text); };
    auto const              time = [](std::string const& text) { return workloads::parse_time_distribution(text); };
    if (auto const turns = asked.read("turns", read))
        workload.sessions.turns = *turns;
    else
        for (auto const* of_turns : {"sessions", "growth", "tool-time"})
            if (asked.has(of_turns))
                asked.refuse(fmt::format("--{}: says something of sessions of many turns. Give --turns N", of_turns));
    if (asked.has("turns") && asked.has("requests"))
        asked.refuse("--requests: with --turns, sessions are counted. Give --sessions N");
    if (auto const sessions = asked.count("sessions"))
        workload.count = sessions;
    if (auto const growth = asked.read("growth", read))
        workload.sessions.growth = *growth;
    if (auto const tools = asked.read("tool-time", time))
        workload.sessions.tool_time = *tools;
    workload.shared_prompt = asked.count("shared-prompt").value_or(0);
    if (asked.has("turns") || asked.has("shared-prompt"))
        workload.block_tokens = asked.count("block-tokens").value_or(usual_block);
}

std::unique_ptr<workloads::RequestSource> drawn_of(AskedOptions const& asked, std::uint64_t seed)
{
    for (auto const* traced : {"limit", "scale-rate", "start", "end"})
        if (asked.has(traced))
            asked.refuse(fmt::format("--{}: says something of a trace, and there is none. Give --trace", traced));
    auto       workload = workloads::DrawnWorkload{};
    auto const read     = [](std::string const& text) { return workloads::parse_distribution(text); };
    if (auto const input = asked.read("input", read))
        workload.input = *input;
    if (auto const output = asked.read("output", read))
        workload.output = *output;
    auto const rate = asked.read("rate", [](std::string const& text) { return workloads::parse_rate(text); });
    if (rate) {
        auto const kind = asked.text("arrivals").value_or("poisson");
        workload.arrivals =
            *asked.read("rate", [&](std::string const&) { return workloads::parse_arrivals(kind, *rate); });
    } else if (asked.has("arrivals")) {
        asked.refuse("--arrivals: says how requests of a rate come. Give --rate");
    } else if (!asked.has("concurrency")) {
        asked.refuse("serve: when do requests come? Give --trace FILE, --rate 8/s or --concurrency 64");
    }
    if (auto const duration = asked.seconds("duration"))
        workload.duration = duration->value();
    workload.count = asked.count("requests");
    workload.seed  = seed;
    draw_sessions(workload, asked);
    if (!workload.count && !workload.duration)
        asked.refuse(asked.has("turns") ? "serve: how many sessions? Give --sessions N or --duration TIME"
                                        : "serve: how many requests? Give --requests N or --duration TIME");
    return workloads::draw_requests(workload);
}

models::KvTierSpec tier_of(AskedOptions const& asked, std::string const& text, bool first)
{
    try {
        return models::parse_tier(text, first);
    } catch (configs::TextError const& error) {
        asked.refuse(fmt::format("--tier: {}", error.what()));
    }
}

double speed_of(std::string const& text)
{
    if (auto const value = workloads::real_of(text))
        return *value;
    throw configs::TextError{fmt::format("speed={}: expected a factor such as 1.5", configs::shown(text))};
}

// `64`, or `cores=64,speed=1.5`.
models::ToolSpec tools_of(std::string const& text)
{
    auto spec = models::ToolSpec{};
    for (std::size_t at = 0; at <= text.size();) {
        auto const comma = std::min(text.find(',', at), text.size());
        auto const item  = text.substr(at, comma - at);
        at               = comma + 1;
        if (item.rfind("speed=", 0) == 0)
            spec.speed = speed_of(item.substr(6));
        else
            spec.cores = configs::parse<std::uint32_t>(item.rfind("cores=", 0) == 0 ? item.substr(6) : item);
    }
    return spec;
}

// `name`: one of several that --system names.
models::SystemSpec system_of(CommandLine const& line, AskedOptions const& asked,
                             std::optional<std::string> const& name = {})
{
    auto spec = models::SystemSpec{};
    if (auto const file = asked.text("system")) {
        if (!line.machine.empty() || asked.has("replicas"))
            asked.refuse("--system names machines and replicas itself: leave out --machine and --replicas");
        spec = read_system(name.value_or(*file), line);
    } else {
        if (line.machine.empty())
            asked.refuse("serve: on which machine? Give --machine h100:8, or --system FILE");
        auto const replicas = asked.count("replicas").value_or(1);
        if (replicas > configs::most_replicas)
            asked.refuse(fmt::format("--replicas {}: expected 1 to {}", replicas, configs::most_replicas));
        auto pool           = models::PoolSpec{};
        pool.replicas       = static_cast<std::uint32_t>(replicas);
        pool.config         = configs::resolve(line);
        spec.name           = line.machine;
        pool.config.machine = line.machine;
        spec.pools.push_back(std::move(pool));
    }
    auto const& engine = spec.pools.front().config.parameters.engine;
    spec.router        = engine.router;
    spec.kv_transfer   = engine.kv_transfer;
    spec.step_by_step  = asked.has("step-by-step");
    spec.concurrency   = asked.count("concurrency");
    if (spec.concurrency && asked.text("replay") == "original")
        asked.refuse(
            "--replay original: with --concurrency a session starts when another has ended. Leave out one of the "
            "two");
    auto own_tiers = std::vector<models::KvTierSpec>{};
    for (auto const& [option, text] : line.options)
        if (option == "tier")
            own_tiers.push_back(tier_of(asked, text, own_tiers.empty()));
    if (!own_tiers.empty()) // instead of those of a file
        spec.tiers = std::move(own_tiers);
    if (auto const tools = asked.read("tools", &tools_of))
        spec.tools = *tools;
    return spec;
}

configs::Option tier_option()
{
    return configs::repeatable({"tier", "", "NAME:CAPACITY[,POLICY..]",
                                "below the KV pool, the fastest first: host, cxl, nvme, rack, edge or a memory's name; "
                                "policies: ttl=TIME, pin, write_through, write_back, move, prefetch, recompute",
                                [](CommandLine& line, configs::Option const& option, std::string const& given) {
                                    line.options.emplace_back(option.name, given);
                                }});
}

models::Counted counted_of(AskedOptions const& asked)
{
    auto const read = [](std::string const& text, bool first) {
        return first ? models::parse_counted(text, std::nullopt) : models::parse_counted(std::nullopt, text);
    };
    auto counted =
        asked.read("warmup", [&](std::string const& text) { return read(text, true); }).value_or(models::Counted{});
    auto const last =
        asked.read("drain", [&](std::string const& text) { return read(text, false); }).value_or(models::Counted{});
    counted.skip_last = last.skip_last;
    counted.until     = last.until;
    return counted;
}

std::unique_ptr<workloads::RequestSource> requests_of(CommandLine const& line, AskedOptions const& asked,
                                                      configs::Config const& config)
{
    return asked.has("trace") ? trace_of(line, asked) : drawn_of(asked, config.parameters.run.seed);
}

// The same requests on each of the systems that a comma divides.
Document several_systems(CommandLine const& line, AskedOptions const& asked, models::ServiceLevel const& level,
                         models::Counted const& counted)
{
    if (!line.output.empty())
        asked.refuse("--output: a file holds one system. Name one with --system");
    auto systems = std::vector<ServedSystem>{};
    auto source  = std::string{};
    for (auto const& name : asked.list("system", *asked.text("system"))) {
        auto const spec     = system_of(line, asked, name);
        auto const requests = requests_of(line, asked, spec.pools.front().config);
        auto const outcome  = models::serve(spec, *requests);
        systems.push_back({name, models::summary_of(outcome, level, counted)});
        source = outcome.source;
    }
    return document_of_systems(source, systems, level);
}

// Both are called so where one types them: `--output 256` and `-o run.h5`.
configs::Option tokens_or_file()
{
    return configs::repeatable(
        {"output", "o", "N|DISTRIBUTION|FILE.h5",
         "drawn: tokens to make; without: 256. What ends in .h5 is the result file, and is written",
         [](CommandLine& line, configs::Option const& option, std::string const& given) {
             constexpr std::string_view ending  = ".h5";
             auto const                 is_file = given.size() > ending.size() &&
                                  given.compare(given.size() - ending.size(), ending.size(), ending) == 0;
             if (is_file)
                 line.output = given;
             else
                 line.options.emplace_back(option.name, given);
         }});
}

} // namespace

std::vector<configs::Option> serve_options()
{
    using namespace configs;
    auto of_traces = trace_options(), of_machines = configuration_options();
    auto options = std::vector<Option>{
        own_option("system", "NAME|FILE[,..]",
                   "pools of machines ('scribeline list systems'), instead of --machine; several: a row each"),
        own_option("replicas", "N", "of the machine, each with the whole model; without: 1"),
        parameter_option("model", "workload.model", "NAME|FILE",
                         "a shipped model ('scribeline list models') or a Hugging Face config.json"),
        parameter_option("context", "workload.context", "N",
                         "tokens of the longest sequence that a pipeline (wafers, chips in a row) is planned for"),
        own_option("trace", "FILE", "requests that were recorded; its format is recognised"),
        own_option("input", "N|DISTRIBUTION", "drawn: tokens of a prompt; without: 1024"),
        tokens_or_file(),
        own_option("rate", "N/s", "drawn: requests that arrive"),
        own_option("arrivals", "poisson|constant|gamma:cv=2", "drawn: how; without: poisson"),
        own_option(
            "concurrency", "N",
            "so many sessions (agents; requests without a session) are always under way: the next one starts when "
            "one has ended"),
        own_option("turns", "N|DISTRIBUTION", "drawn: sessions of so many requests, each behind the one before"),
        own_option("sessions", "N", "drawn: so many of them"),
        own_option("growth", "N|DISTRIBUTION", "drawn: tokens that a tool adds before each turn but the first"),
        own_option("tool-time", "TIME|DISTRIBUTION", "drawn: before each turn but the first: lognormal:median=9s,cv=2"),
        own_option("shared-prompt", "N", "drawn: tokens that all prompts begin with"),
        tier_option(),
        own_option("tools", "CORES[,speed=X]",
                   "processors on which tools work, in one queue; without: tools take the time that is given"),
        own_option("requests", "N", "drawn: so many"),
        own_option("duration", "TIME", "drawn: so long"),
        parameter_option("seed", "run.seed", "N", "of what is drawn"),
        parameter_option("engine", "engine.name", "vllm|sglang|trtllm", "whose scheduler"),
        parameter_option("router", "engine.router", "round_robin|least_tokens|prefix_aware",
                         "which replica takes a request"),
        own_option("slo", "ttft=2s,itl=50ms|voice|chat|coding", "what a request must keep to count as good"),
        own_option("warmup", "N|TIME", "the first requests, or those of the first time, are served and not counted"),
        own_option("drain", "N|TIME", "the last requests, or those of the last time, are served and not counted"),
        own_option("band", "SHARE",
                   "served again by machines so much faster and slower, such as 5 %: how far figures move"),
        own_option("step-by-step", "", "take every step by itself: slower, and the same"),
        parameter_option("fidelity", "run.fidelity", "auto|folded|closed_form",
                         "of the machine's steps; auto: formulas")};
    for (auto* list : {&of_traces, &of_machines})
        for (auto& option : *list)
            options.push_back(std::move(option));
    options.push_back(format_option("of the report"));
    return options;
}

models::SystemSpec system_of(CommandLine const& line) { return system_of(line, AskedOptions{line}); }

std::unique_ptr<workloads::RequestSource> requests_of(CommandLine const& line, models::SystemSpec const& spec)
{
    auto const asked = AskedOptions{line};
    return asked.has("trace") ? trace_of(line, asked) : drawn_of(asked, spec.pools.front().config.parameters.run.seed);
}

Exit serve_command(CommandLine const& line, std::ostream& out)
{
    auto const asked   = AskedOptions{line};
    auto const level   = asked.read("slo", &models::parse_service_level).value_or(models::ServiceLevel{});
    auto const counted = counted_of(asked);
    auto const band = asked.read("band", [](std::string const& text) { return configs::parse<configs::Share>(text); });
    if (band && !(band->value > 0 && band->value < 1))
        asked.refuse("--band: expected a share between 0 and 1, such as 5 %");
    if (asked.text("system").value_or("").find(',') != std::string::npos) {
        print_document(line, several_systems(line, asked, level, counted), out);
        return Exit::done;
    }
    auto        spec    = system_of(line, asked);
    auto const& config  = spec.pools.front().config;
    auto const  source  = requests_of(line, asked, config);
    auto        file    = config.output.empty() ? std::nullopt : std::optional{ServeFile::prepare(config.output)};
    auto const  outcome = models::serve(spec, *source);
    auto const  summary = models::summary_of(outcome, level, counted);
    auto const  costs   = models::costs_of(spec, outcome);
    if (file)
        file->write(config, outcome, summary, costs);
    auto document = document_of(outcome, summary, level);
    add_costs(document, outcome, costs);
    if (band) {
        auto around = std::vector<ServedSystem>{};
        for (auto const scale : {1 - band->value, 1 + band->value}) {
            spec.time_scale  = scale;
            auto const again = requests_of(line, asked, config);
            around.push_back({fmt::format("machines take {:+.1f} %", 100 * (scale - 1)),
                              models::summary_of(models::serve(spec, *again), level, counted)});
        }
        document.sections.push_back({"The same on faster and slower machines",
                                     document_of_systems(outcome.source, around, level).sections.front().blocks});
    }
    print_document(line, document, out);
    return Exit::done;
}

} // namespace scribeline::program
