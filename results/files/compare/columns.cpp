#include "results/files/compare/columns.hpp"

#include "configs/schema/words.hpp"

namespace scribeline::results {

namespace {

template <class Quantity> std::optional<double> value_of(std::optional<Quantity> const& quantity)
{
    return quantity ? std::optional{quantity->value()} : std::nullopt;
}

std::optional<double> count_of(std::uint64_t value)
{
    return value > 0 ? std::optional{static_cast<double>(value)} : std::nullopt;
}

std::optional<double> dollars_of(double of_token)
{
    return of_token == of_token ? std::optional{of_token * 1e6} : std::nullopt;
}

} // namespace

std::vector<NumberColumn> const& number_columns()
{
    static auto const all = std::vector<NumberColumn>{
        {"memory_share", "1", "memory needed, of what the fullest device has",
         [](auto const& r) { return r.memory_share; }},
        {"missing", "byte", "memory missing on all devices", [](auto const& r) { return value_of(r.missing); }},
        {"devices", "1", "wafers, GPUs, chips or accelerators used",
         [](auto const& r) { return r.devices > 0 ? std::optional<double>{r.devices} : std::nullopt; }},
        {"time_to_first_token", "s",
         "prefill of prompts of workload.prompt tokens, or else as long as the context, all sequences of the batch",
         [](auto const& r) { return value_of(r.first_token); }},
        {"time_per_token", "s", "what the hardware needs for a token of every sequence",
         [](auto const& r) { return value_of(r.token); }},
        {"time_of_checking_step", "s", "with a draft model: a step of the model, which checks its proposals",
         [](auto const& r) { return value_of(r.checking_step); }},
        {"time_per_token_served", "s", "the same with the server around it",
         [](auto const& r) { return value_of(r.served); }},
        {"tokens_per_second_per_user", "token/s", "1 / time_per_token",
         [](auto const& r) { return r.tokens_per_second_per_user(); }},
        {"tokens_per_second_per_user_served", "token/s", "1 / time_per_token_served",
         [](auto const& r) { return r.served_per_user(); }},
        {"tokens_per_second_of_batch", "token/s", "of the whole batch",
         [](auto const& r) { return r.tokens_per_second(); }},
        {"steps_in_flight", "1", "steps that may be under way at once, each of another batch",
         [](auto const& r) { return r.fits ? std::optional<double>(r.steps_in_flight) : std::nullopt; }},
        {"tokens_per_second", "token/s", "of all batches under way at once",
         [](auto const& r) { return r.tokens_per_second_in_flight; }},
        {"fraction_of_peak_bandwidth", "1", "bytes moved, of what the memory of all devices could move meanwhile",
         [](auto const& r) { return r.bandwidth_share; }},
        {"energy_per_token", "J", "of one sequence's token, by part: what is known to be spent, servers included",
         [](auto const& r) { return value_of(r.energy); }},
        {"device_energy_at_full_power", "J",
         "every device at its published full power for the time of the token, nothing around it",
         [](auto const& r) { return value_of(r.energy_at_most); }},
        {"energy_at_meter", "J",
         "of a token where all that may be are in flight, with what supply and site take on top",
         [](auto const& r) { return value_of(r.at_meter); }},
        {"dollars_per_million_tokens_low", "USD", "of such tokens, devices and electricity, where prices are low",
         [](auto const& r) { return dollars_of(r.dollars.low); }},
        {"dollars_per_million_tokens_high", "USD", "the same, where prices are high",
         [](auto const& r) { return dollars_of(r.dollars.high); }},
        {"modules", "1", "SystemC modules that found the time per token; missing: none took part",
         [](auto const& r) { return count_of(r.evidence.modules); }},
        {"module_transactions", "1", "transfers between modules behind the time per token",
         [](auto const& r) { return count_of(r.evidence.transactions); }},
        {"kernel_events", "1", "activations by the SystemC kernel behind the time per token",
         [](auto const& r) { return count_of(r.evidence.kernel_events); }},
        {"closed_form_time", "s", "of a step by its closed form: an audit, never the source of a figure of modules",
         [](auto const& r) { return value_of(r.evidence.form); }},
        {"closed_form_deviation", "1", "of that from the step as it was found; 0.01: the form says one percent more",
         [](auto const& r) { return r.deviation; }},
        {"first_token_transactions", "1", "transfers between modules behind the time to first token",
         [](auto const& r) { return count_of(r.first_token_evidence.transactions); }},
        {"first_token_kernel_events", "1", "activations by the SystemC kernel behind the time to first token",
         [](auto const& r) { return count_of(r.first_token_evidence.kernel_events); }},
        {"first_token_deviation", "1", "of the closed form of the prompts from their time as it was found",
         [](auto const& r) { return r.first_token_deviation; }},
    };
    return all;
}

std::vector<WordColumn> const& word_columns()
{
    static auto const all = std::vector<WordColumn>{
        {"bound_by", "largest part of the time per token; empty: not told apart",
         [](auto const& r) { return r.bound_by; }},
        {"fidelity", "how the figures were come by; empty: there are none", [](auto const& r) { return r.fidelity; }},
        {"arrangement", "how the model stands on the devices", [](auto const& r) { return r.arrangement; }},
        {"reason", "why there are no figures; empty: there are", [](auto const& r) { return r.reason; }},
    };
    return all;
}

} // namespace scribeline::results
