#include "results/views/token_metrics.hpp"

#include <fmt/format.h>

namespace scribeline::results {

namespace {

double count(std::uint64_t value) { return static_cast<double>(value); }

} // namespace

std::vector<TokenMetric> metrics(TokenRun const& run)
{
    auto const& t     = run.token;
    auto        table = std::vector<TokenMetric>{
               {"time_per_output_token", "s", t.latency.value(), "time of one output token of every sequence"},
               {"tokens_per_second_per_user", "token/s", t.tokens_per_second_per_user(),
                "output tokens a second for one user"},
               {"batch", "1", count(t.batch), "sequences that each step decodes together", Kind::count},
               {"tokens_per_second_of_batch", "token/s", t.tokens_per_second(), "output tokens a second of the batch"},
               {"steps_in_flight", "1", count(t.step.steps_in_flight), "steps that may be under way at once", Kind::count},
               {"tokens_per_second", "token/s", t.tokens_per_second_in_flight(),
                "output tokens a second of all steps in flight"},
               {"devices", "1", count(t.standing.devices), "that the model stands on", Kind::count},
    };
    if (!t.fall.parts.empty())
        table.push_back({"peak_bandwidth_tokens_per_second", "token/s", 1 / t.fall.parts.front().time.value(),
                         "tokens a second if weights and KV cache were read by all devices at the peak of their "
                         "memory, and nothing else took time"});
    if (t.step.engine > configs::Seconds{})
        table.push_back({"time_per_output_token_served", "s", (t.latency + t.step.engine).value(),
                         "time_per_output_token, and a server around it"});
    if (t.bandwidth_share)
        table.push_back({"fraction_of_peak_bandwidth", "1", *t.bandwidth_share,
                         "bytes moved, of what the memory of all devices could move in the time"});
    if (t.standing.memory_share)
        table.push_back(
            {"memory_share", "1", *t.standing.memory_share, "memory needed, of what the fullest device has"});
    if (t.step.evidence.form)
        table.push_back({"closed_form_time", "s", t.step.evidence.form->value(), "of a step, by formulas alone"});
    if (auto const deviation = t.step.deviation_of_form())
        table.push_back({"closed_form_deviation", "1", *deviation,
                         "of that from the step as it was found; 0.01: one percent more"});
    if (auto const& evidence = t.step.evidence; evidence.modules > 0) {
        table.push_back({"modules", "1", count(evidence.modules), "SystemC modules that found the time", Kind::count});
        table.push_back(
            {"module_transactions", "1", count(evidence.transactions), "transfers between them", Kind::count});
        table.push_back(
            {"kernel_events", "1", count(evidence.kernel_events), "activations by the SystemC kernel", Kind::count});
    }
    if (run.first_token) {
        table.push_back({"prompt_tokens", "1", count(run.prompt), "tokens of the prompt", Kind::count});
        table.push_back({"time_to_first_token", "s", run.first_token->value(), "of the prompts of all sequences"});
    }
    if (t.draft) {
        table.push_back(
            {"checking_step_time", "s", t.step.latency.value(), "of the step of the model that checks the proposals"});
        table.push_back({"draft_time_per_token", "s", t.draft->of_one.value(), "of one token of the draft model"});
        table.push_back({"speculative_tokens_per_step", "1", t.draft->tokens_per_step,
                         "tokens that a step yields, expected: those accepted and the model's own"});
    }
    if (!t.spent.empty())
        table.push_back({"energy_per_token", "J", t.energy().value(), "energy of one output token of one sequence"});
    table.push_back({"device_energy_at_full_power", "J", t.at_most.value(),
                     "every device at its full power for the time of the token"});
    for (auto const& part : t.where.parts)
        table.push_back({fmt::format("time_{}", part.name), "s", part.time.value(),
                         fmt::format("of time_per_output_token: {}", part.name)});
    for (auto const& part : t.spent)
        table.push_back({fmt::format("energy_{}", part.cause), "J", part.energy.value(),
                         fmt::format("of energy_per_token: {}", part.cause)});
    return table;
}

} // namespace scribeline::results
