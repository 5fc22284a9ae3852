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
#include "models/serving/serving_summary.hpp"
#include "models/serving/serving_system.hpp"
#include "results/files/serve_file.hpp"
#include "results/views/serve_report.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/trace.hpp"

#include <algorithm>
#include <optional>
#include <ostream>
#include <string_view>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace {

using configs::CommandLine;
using configs::Exit;
using configs::UserError;

[[noreturn]] void refuse(std::string const& what)
{
    throw UserError{Exit::usage, what + "\nTry 'scribeline serve --help'."};
}

std::unique_ptr<workloads::RequestSource> trace_of(CommandLine const& line, AskedOptions const& asked)
{
    for (auto const* drawn : {"input", "output", "rate", "requests", "duration", "arrivals"})
        if (asked.has(drawn))
            refuse(fmt::format("--{}: requests come from --trace, nothing is drawn. Leave out one of the two", drawn));
    return workloads::open_trace(*asked.text("trace"), trace_options_of(line));
}

std::unique_ptr<workloads::RequestSource> drawn_of(AskedOptions const& asked, std::uint64_t seed)
{
    for (auto const* traced : {"limit", "scale-rate", "start", "end"})
        if (asked.has(traced))
            refuse(fmt::format("--{}: says something of a trace, and there is none. Give --trace", traced));
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
        refuse("--arrivals: says how requests of a rate come. Give --rate");
    } else if (!asked.has("concurrency")) {
        refuse("serve: when do requests come? Give --trace FILE, --rate 8/s or --concurrency 64");
    }
    if (auto const duration = asked.seconds("duration"))
        workload.duration = duration->value();
    workload.count = asked.count("requests");
    workload.seed  = seed;
    if (!workload.count && !workload.duration)
        refuse("serve: how many requests? Give --requests N or --duration TIME");
    return workloads::draw_requests(workload);
}

models::SystemSpec system_of(CommandLine const& line, AskedOptions const& asked)
{
    auto spec = models::SystemSpec{};
    if (auto const file = asked.text("system")) {
        if (!line.machine.empty() || asked.has("replicas"))
            refuse("--system names machines and replicas itself: leave out --machine and --replicas");
        spec = read_system(*file, line);
    } else {
        if (line.machine.empty())
            refuse("serve: on which machine? Give --machine h100:8, or --system FILE");
        auto const replicas = asked.count("replicas").value_or(1);
        if (replicas > configs::most_replicas)
            refuse(fmt::format("--replicas {}: expected 1 to {}", replicas, configs::most_replicas));
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
    return spec;
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
        own_option("system", "NAME|FILE", "pools of machines ('scribeline list systems'), instead of --machine"),
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
        own_option("concurrency", "N", "so many requests are always under way: the next comes when one has ended"),
        own_option("requests", "N", "drawn: so many"),
        own_option("duration", "TIME", "drawn: so long"),
        parameter_option("seed", "run.seed", "N", "of what is drawn"),
        parameter_option("engine", "engine.name", "vllm|sglang|trtllm", "whose scheduler"),
        parameter_option("router", "engine.router", "round_robin|least_tokens|prefix_aware",
                         "which replica takes a request"),
        own_option("slo", "ttft=2s,itl=50ms|voice|chat|coding", "what a request must keep to count as good"),
        own_option("step-by-step", "", "take every step by itself: slower, and the same"),
        parameter_option("fidelity", "run.fidelity", "auto|folded|closed_form",
                         "of the machine's steps; auto: formulas")};
    for (auto* list : {&of_traces, &of_machines})
        for (auto& option : *list)
            options.push_back(std::move(option));
    options.push_back(format_option("of the report"));
    return options;
}

Exit serve_command(CommandLine const& line, std::ostream& out)
{
    auto const  asked   = AskedOptions{line};
    auto const  level   = asked.read("slo", &models::parse_service_level).value_or(models::ServiceLevel{});
    auto const  spec    = system_of(line, asked);
    auto const& config  = spec.pools.front().config;
    auto const  source  = asked.has("trace") ? trace_of(line, asked) : drawn_of(asked, config.parameters.run.seed);
    auto        file    = config.output.empty() ? std::nullopt : std::optional{ServeFile::prepare(config.output)};
    auto const  outcome = models::serve(spec, *source);
    auto const  summary = models::summary_of(outcome, level);
    if (file)
        file->write(config, outcome, summary);
    auto const document = document_of(outcome, summary, level);
    print_document(line, document, out);
    return Exit::done;
}

} // namespace scribeline::program
