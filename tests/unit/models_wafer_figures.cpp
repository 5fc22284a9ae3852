// Figures of a run on wafers: whose SRAM and whose peak they are of, and what a trace leaves out.
#include "models/wafer/simulate.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

using namespace scribeline;
using namespace scribeline::tests;
using Catch::Matchers::Contains;

namespace {

struct Run {
    configs::Config      config;
    workloads::TokenPlan plan;
    models::Outcome      outcome;
};

Run run(std::vector<std::string> words)
{
    auto const config = config_of(std::move(words));
    auto const step =
        workloads::decode_step(workloads::read_model(config.parameters.workload.model), config.parameters.workload);
    auto const plan = workloads::plan_token(step, config.parameters);
    return {config, plan, models::simulate(config, step, plan)};
}

std::vector<std::string> traced(std::vector<std::string> more)
{
    std::vector<std::string> words{"--machine", "wse2", "--region", "24x24", "--trace"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

} // namespace

TEST_CASE("the SRAM of the fullest PE is that of the fullest stage, tables over its wafer included")
{
    auto const machine = GENERATE("wse3", "wse3:4", "wse3:6");
    auto const model   = std::string{machine} == "wse3" ? "llama-3.1-8b" : "llama-3.1-70b";
    auto const made    = run({"--machine", machine, "--model", model, "--context", "4096"});
    double     fullest = 0, listed = 0;
    for (auto const& stage : made.plan.stages)
        fullest = std::max(fullest, stage.bytes_per_pe);
    for (auto const& part : made.outcome.sram)
        listed += part.bytes;
    CAPTURE(machine);
    CHECK(listed == Approx(fullest));
    CHECK(made.outcome.sram.at(1).bytes > 10000); // weights of layers
}

TEST_CASE("arithmetic is a share of the peak of the PEs in regions")
{
    auto const made    = run({"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096"});
    double     regions = 0, flops = 0;
    for (auto const& stage : made.plan.stages)
        regions += double{1} * stage.region.columns * stage.region.rows;
    for (auto const& op : made.outcome.operators)
        flops += op.flops;
    auto const& p = made.config.parameters;
    CHECK(regions < 0.6 * p.wafer.columns * p.wafer.rows);
    CHECK(made.outcome.arithmetic_share ==
          Approx(flops / (regions * static_cast<double>(made.outcome.cycles_per_token) * 2 *
                          p.pe.mac_rate_fp16.hundredths / 100.0)));
}

TEST_CASE("a trace that drops moves of wavelets warns, with the sampling that would see the whole run")
{
    auto const made = run(traced({"--set", "run.trace_events=1000"}));
    CHECK(made.outcome.trace.dropped > 1000);
    REQUIRE_FALSE(made.outcome.warnings.empty());
    CHECK_THAT(made.outcome.warnings.front(), Contains("ends at cycle") && Contains("run.trace_every = ") &&
                                                  Contains(std::to_string(made.outcome.trace.dropped)));
}

TEST_CASE("one move in so many is recorded over the whole run")
{
    auto const all     = run(traced({}));
    auto const sampled = run(traced({"--set", "run.trace_every=100"}));
    auto const moves   = static_cast<double>(all.outcome.trace.cycle.size());
    auto const kept    = static_cast<double>(sampled.outcome.trace.cycle.size());
    REQUIRE(moves > 20000);
    CHECK(kept == Approx(moves / 100).epsilon(0.2));
    CHECK(sampled.outcome.trace.dropped == 0);
    CHECK(kept + static_cast<double>(sampled.outcome.trace.passed_over) == moves);
    CHECK(sampled.outcome.trace.cycle.back() > 0.9 * static_cast<double>(all.outcome.cycles_per_layer));
    CHECK_THAT(sampled.outcome.warnings.front(), Contains("one in 100"));
    CHECK(run(traced({})).outcome.state_hash == sampled.outcome.state_hash);
}

TEST_CASE("a window of the trace has the moves of its cycles and no others")
{
    auto const  all    = run(traced({}));
    auto const  window = run(traced({"--set", "run.trace_from=500", "--set", "run.trace_to=900"}));
    auto const& cycle  = all.outcome.trace.cycle;
    auto const  in     = std::count_if(cycle.begin(), cycle.end(), [](auto c) { return c >= 500 && c < 900; });
    CHECK(in > 0);
    CHECK(window.outcome.trace.cycle.size() == static_cast<std::size_t>(in));
    CHECK(window.outcome.trace.cycle.front() >= 500);
    CHECK(window.outcome.trace.cycle.back() < 900);
}

TEST_CASE("the window of an operator is that of its time in the report")
{
    auto const made = run(traced({"--set", "run.trace_operator=scores"}));
    auto const op   = std::find_if(made.outcome.operators.begin(), made.outcome.operators.end(),
                                   [](auto const& each) { return each.name == "scores"; });
    REQUIRE(op != made.outcome.operators.end());
    CHECK(made.outcome.trace.from == op->start);
    CHECK(made.outcome.trace.to == op->end);
    REQUIRE_FALSE(made.outcome.trace.cycle.empty());
    CHECK(made.outcome.trace.cycle.front() >= op->start);
    CHECK(made.outcome.trace.cycle.back() < op->end);
    CHECK_THROWS_WITH(run(traced({"--set", "run.trace_operator=nothing"})), Contains("There are: attention_norm, qkv"));
}
