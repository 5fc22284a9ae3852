#include "models/program/run_answer.hpp"

#include "models/token/first_token.hpp"
#include "models/token/output_token.hpp"
#include "models/wafer/speculation.hpp"

namespace scribeline::program {

models::Outcome mesh_answer(models::Machine& machine, configs::Config const& config)
{
    auto const token   = models::output_token(machine, config);
    auto       outcome = models::outcome_of(token);
    if (outcome.prefill.tokens > 0)
        outcome.prefill.time_to_first_token =
            models::first_token(machine, config.parameters.workload, token.step.latency).time;
    return outcome;
}

results::TokenRun token_answer(models::Machine& machine, configs::Config const& config)
{
    auto run =
        results::TokenRun{models::output_token(machine, config), std::nullopt, config.parameters.workload.prompt};
    if (run.prompt > 0)
        run.first_token = models::first_token(machine, config.parameters.workload, run.token.step.latency).time;
    return run;
}

} // namespace scribeline::program
