// Figures of a run on wafers: whose SRAM and whose peak they are of, and what a trace leaves out.
#include "models/wafer/simulate.hpp"
#include "models/wafer/wavelet_recorder.hpp"
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

TEST_CASE("one move in so many is recorded over the whole run, the same whatever the order in which moves come")
{
    auto run        = config_of({}).parameters.run;
    run.trace_every = 100;
    models::WaveletRecorder forward{run}, backward{run};
    constexpr std::uint32_t moves = 50000;
    for (std::uint32_t i = 0; i < moves; ++i) {
        forward.wavelet(i / 4, i % 977, i % 977 + 1, 3, fabric::WaveletEvent::hop);
        auto const j = moves - 1 - i;
        backward.wavelet(j / 4, j % 977, j % 977 + 1, 3, fabric::WaveletEvent::hop);
    }
    auto const trace = forward.take();
    CHECK(static_cast<double>(trace.cycle.size()) == Approx(moves / 100).epsilon(0.2));
    CHECK(trace.cycle.size() + trace.passed_over == moves);
    CHECK(trace.dropped == 0);
    CHECK(trace.cycle.back() > moves / 4 * 9 / 10);
    auto const other = backward.take();
    CHECK(other.cycle == trace.cycle);
    CHECK(other.pe == trace.pe);
    CHECK_THAT(models::what_is_left_out(trace, moves / 4), Contains("one in 100"));
}

TEST_CASE("a window of the trace has the moves of its cycles and no others")
{
    auto run       = config_of({}).parameters.run;
    run.trace_from = 500;
    run.trace_to   = 900;
    models::WaveletRecorder recorder{run};
    for (std::uint32_t cycle = 0; cycle < 2000; ++cycle)
        recorder.wavelet(cycle, 1, 2, 0, fabric::WaveletEvent::hop);
    auto const trace = recorder.take();
    CHECK(trace.cycle.size() == 400);
    CHECK(trace.cycle.front() == 500);
    CHECK(trace.cycle.back() == 899);
    CHECK_THAT(models::what_is_left_out(trace, 2000), Contains("cycles 500 to 900"));
    run.trace_to = run.trace_from = 0;
    models::WaveletRecorder all{run};
    all.wavelet(7, 1, 2, 0, fabric::WaveletEvent::hop);
    CHECK(models::what_is_left_out(all.take(), 8).empty());
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
