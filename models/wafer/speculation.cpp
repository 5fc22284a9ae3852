#include "models/wafer/speculation.hpp"

#include "models/wafer/folded_system.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/model_shape.hpp"

#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

double expected_tokens(double acceptance, std::uint32_t proposed)
{
    double sum = 1, all = 1;
    for (std::uint32_t i = 0; i < proposed; ++i)
        sum += all *= acceptance;
    return sum;
}

void add_speculation(Outcome& outcome, configs::Config const& config)
{
    auto const& asked = config.parameters.workload;

    auto  draft            = config;
    auto& p                = draft.parameters;
    p.workload.model       = asked.draft_model;
    p.workload.draft_model = "none";
    p.mapping              = {};
    p.mapping.schedule     = configs::Schedule::pipeline;
    p.mapping.split        = config.parameters.mapping.split;
    p.mapping.reduction    = config.parameters.mapping.reduction;
    p.mapping.max_wafers   = config.parameters.mapping.max_wafers;
    auto const step        = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
    auto const plan        = workloads::plan_token(step, p);
    auto const token       = fold_token(draft, step, plan);

    // To the model and back, over one link each: the ids are a few bytes.
    auto const clock = config.parameters.wafer.clock.value();
    auto const ways  = static_cast<std::uint64_t>(std::ceil(2 * config.parameters.wafer.link_latency.value() * clock));

    auto& s                      = outcome.speculation;
    s.draft_model                = step.shape.name;
    s.draft_tokens               = asked.draft_tokens;
    s.draft_wafers               = plan.wafers;
    s.acceptance                 = asked.acceptance.value;
    s.tokens_per_step            = expected_tokens(s.acceptance, s.draft_tokens);
    s.draft_cycles               = token.cycles_per_token;
    s.round_cycles               = s.draft_tokens * s.draft_cycles + ways + outcome.cycles_per_token;
    s.tokens_per_second_per_user = s.tokens_per_step * clock / static_cast<double>(s.round_cycles);
    outcome.warnings.push_back(
        fmt::format("workload.draft_model = {}: times are of one step of the model, which checks {} "
                    "proposed tokens",
                    s.draft_model, s.draft_tokens));
}

} // namespace scribeline::models
