// Wafers: a token through all stages of a plan, and a batch behind one another through the same stages.
//
// With n requests in flight a pipeline whose token takes L and whose busiest stage takes b makes min(n/L, 1/b) tokens a
// second; the outcome has that for as many requests as fit or are of use, N. So a batch of B makes min(B/L, its rate at
// N): where the first is the smaller, the busiest stage is not reached; where the second is, it is 1/b.
#include "configs/failure.hpp"
#include "fabric/fold.hpp"
#include "models/compare/rows.hpp"
#include "models/wafer/energy.hpp"
#include "models/wafer/folded_system.hpp"
#include "models/wafer/simulate.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

// Whose KV caches fit: of the stage with least room.
std::uint64_t sequences_that_fit(workloads::TokenPlan const& plan)
{
    auto fewest = std::uint64_t{0};
    for (auto const& stage : plan.stages)
        if (stage.requests > 0 && (fewest == 0 || stage.requests < fewest))
            fewest = stage.requests;
    return fewest;
}

Outcome outcome_of(ComparisonRow& row, configs::Config config, workloads::DecodeStep const& step,
                   workloads::TokenPlan const& plan)
{
    auto& run = config.parameters.run;
    if (run.fidelity != configs::Fidelity::automatic || config.parameters.run.defects != "none")
        return simulate(config, step, plan);
    auto const token = workloads::schedule_of(config.parameters) == configs::Schedule::pipeline;
    try {
        return token ? fold_token(config, step, plan) : fold_layer(config, step, plan);
    } catch (fabric::NotFoldable const& reason) {
        row.notes.push_back(fmt::format("by formulas: folding would not be exact, because {}", reason.what()));
        run.fidelity = configs::Fidelity::closed_form;
        return simulate(config, step, plan);
    }
}

// Of all requests in flight that are of use.
double best_rate(Outcome const& o, workloads::TokenPlan const& plan)
{
    if (o.token.tokens_per_second > 0)
        return o.token.tokens_per_second;
    return plan.candidates.empty() ? 0.0 : plan.candidates.front().tokens_per_second;
}

void add_parts(ComparisonRow& row, Outcome const& o, Seconds alone)
{
    auto const times = o.token.simulated ? 1.0 : o.layers_alike > 0 ? o.layers_alike : static_cast<double>(o.layers);
    for (std::size_t i = 0; i < part_count; ++i)
        row.parts.emplace_back(name_of(static_cast<Part>(i)),
                               Seconds{static_cast<double>(o.parts[i]) * times / o.clock_hz});
    row.parts.emplace_back("other_sequences", *row.token - alone); // in the busiest stage
    auto const most = std::max_element(row.parts.begin(), row.parts.end(),
                                       [](auto const& a, auto const& b) { return a.second < b.second; });
    row.bound_by    = most->first;
}

// Of one sequence: the work of a token, and of what does not depend on it as much as there is between two tokens.
void add_energy(ComparisonRow& row, Outcome const& o, configs::Parameters const& p, double rate)
{
    auto const parts = at_rate(o.energy, p, rate);
    for (std::size_t i = 0; i < energy_part_count; ++i)
        row.energy_parts.emplace_back(name_of(static_cast<EnergyPart>(i)), configs::Joules{joules(parts[i])});
    row.energy         = configs::Joules{joules(parts)};
    row.energy_at_most = configs::Joules{o.energy.published.chip / rate};
}

// A prompt as long as the context, of every sequence one behind another, and the token behind it. None where the plan,
// which is one for decoding, leaves no room for a prompt.
void add_first_token(ComparisonRow& row, configs::Parameters p, workloads::DecodeStep const& step,
                     workloads::TokenPlan const& plan, Seconds token)
{
    p.workload.prompt = step.context;
    try {
        auto const   prefill = plan_prefill(step, p, plan);
        double const next    = prefill.busiest_stage > 0 ? prefill.busiest_stage : prefill.cycles;
        double const cycles  = prefill.cycles + static_cast<double>(row.batch - 1) * next;
        row.first_token      = Seconds{cycles / p.wafer.clock.value()} + token;
    } catch (configs::UserError const& refusal) {
        row.notes.push_back(fmt::format("no time to first token: {}", refusal.what()));
    }
}

} // namespace

void add_wafer(ComparisonRow& row, configs::Config const& wanted, workloads::DecodeStep const& step)
{
    auto  config = wanted;
    auto& p      = config.parameters;
    auto  plan   = workloads::plan_token(step, p);
    auto  room   = sequences_that_fit(plan);
    // A plan for one user's tokens leaves SRAM unused that more sequences could have.
    if (row.batch > std::max<std::uint64_t>(room, 1) && p.mapping.objective == configs::Objective::latency &&
        workloads::schedule_of(p) == configs::Schedule::pipeline) {
        p.mapping.objective = configs::Objective::throughput;
        plan                = workloads::plan_token(step, p);
        room                = sequences_that_fit(plan);
        row.notes.push_back("planned for throughput, as a plan for latency does not hold the batch");
    }
    row.devices     = plan.wafers;
    row.arrangement = fmt::format("{} stage{} of {}x{} PEs", plan.stages.size(), plan.stages.size() == 1 ? "" : "s",
                                  plan.region.columns, plan.region.rows);
    auto fullest    = 0.0;
    for (auto const& stage : plan.stages)
        fullest = std::max(fullest, stage.bytes_per_pe);
    if (fullest > 0)
        row.memory_share = fullest / p.pe.sram.value();
    if (row.batch > 1 && workloads::schedule_of(p) == configs::Schedule::layer) {
        row.reason = "a --region simulates one layer of one sequence, and the batch has more. Leave the region to the "
                     "planner, or choose --batch 1";
        return;
    }
    if (row.batch > std::max<std::uint64_t>(room, 1)) {
        row.reason = fmt::format("{} does not fit: beside the weights there is room for the KV caches of {} sequence{} "
                                 "of {} tokens, and the batch has {}. More wafers hold more",
                                 step.shape.name, room, room == 1 ? "" : "s", step.context, row.batch);
        return;
    }
    auto const outcome = outcome_of(row, config, step, plan);
    outcome.books.require_balanced();

    auto const alone = outcome.time_per_output_token;
    auto const batch = static_cast<double>(row.batch);
    auto const rate  = row.batch == 1 ? 1 / alone.value() : std::min(batch / alone.value(), best_rate(outcome, plan));

    row.fits     = true;
    row.fidelity = outcome.fidelity;
    row.token    = row.batch == 1 ? alone : Seconds{batch / rate};
    if (!outcome.waterfall.empty()) // the first bar is what reading at the peak of all SRAM would take
        row.bandwidth_share = outcome.waterfall.front().time.value() * rate;
    add_energy(row, outcome, p, rate);
    add_first_token(row, p, step, plan, alone);
    if (!outcome.operators.empty())
        add_parts(row, outcome, alone);
    if (row.batch > 1)
        row.notes.push_back("memory is that of one sequence");
}

} // namespace scribeline::models
