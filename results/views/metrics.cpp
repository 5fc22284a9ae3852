// The table of metrics.
#include "results/views/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::results {

using models::Outcome;
using models::Part;

models::Part largest_part(models::Parts const& parts)
{
    auto const largest = std::max_element(parts.begin(), parts.end());
    return static_cast<Part>(largest - parts.begin());
}

models::Part bounding_part(std::string const& name, models::Parts const& parts)
{
    for (std::size_t i = 0; i < models::part_count; ++i) {
        if (name == name_of(static_cast<Part>(i))) {
            return static_cast<Part>(i);
        }
    }
    return largest_part(parts);
}

std::uint64_t total(models::Parts const& parts)
{
    return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0});
}

double share_of(std::uint64_t value, std::uint64_t of)
{
    return of == 0 ? 0.0 : static_cast<double>(value) / static_cast<double>(of);
}

double sram_used(models::Outcome const& outcome)
{
    return std::accumulate(outcome.sram.begin(), outcome.sram.end(), 0.0,
                           [](double sum, models::SramPart const& part) { return sum + part.bytes; });
}

std::uint64_t simulated_cycles(models::Outcome const& o)
{
    return o.token.simulated ? o.cycles_per_token : o.cycles_per_layer;
}

std::uint64_t times_per_token(models::Outcome const& o) { return o.token.simulated ? 1 : o.layers; }

char const* simulated_thing(models::Outcome const& o) { return o.token.simulated ? "token" : "layer"; }

double closed_form_deviation(models::Outcome const& o)
{
    return o.token.closed_form_cycles > 0 && o.cycles_per_token > 0
               ? o.token.closed_form_cycles / static_cast<double>(o.cycles_per_token) - 1
               : 0.0;
}

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double count(std::uint64_t value) { return static_cast<double>(value); }

// Of a run that had a plan, or a waterfall: others have nothing to say here.
void add_plan(std::vector<Metric>& table, Outcome const& o)
{
    auto const& t = o.token;
    if (!o.waterfall.empty()) {
        table.push_back({"peak_bandwidth_tokens_per_second", "token/s", o.waterfall.front().tokens_per_second,
                         "tokens a second if weights and KV cache were read by all PEs at the peak of their SRAM, and "
                         "nothing else took time"});
    }
    if (t.folded_cycles > 0) {
        table.push_back({"folded_cycles_per_token", "cycle", static_cast<double>(t.folded_cycles),
                         "cycles of one output token, folded, beside every wavelet simulated"});
    }
    if (t.closed_form_cycles > 0) {
        table.push_back({"closed_form_cycles_per_token", "cycle", t.closed_form_cycles,
                         "fabric cycles of one output token by the planner's formulas"});
        table.push_back({"closed_form_deviation", "1", has_counters(o) ? closed_form_deviation(o) : unknown,
                         "closed_form_cycles_per_token over cycles_per_token, less 1"});
    }
    if (t.kv_tokens_balanced > 0) {
        table.push_back({"kv_tokens_concatenated", "1", count(t.kv_tokens_concatenated),
                         "tokens that a request's KV cache holds when new ones join the last column", Kind::count});
        table.push_back({"kv_tokens_balanced", "1", count(t.kv_tokens_balanced),
                         "tokens that a request's KV cache holds when new ones are spread over all columns",
                         Kind::count});
    }
    if (o.batch > 1) {
        table.push_back({"batch", "1", count(o.batch), "sequences that each step decodes together", Kind::count});
    }
    if (auto const& s = o.speculation; !s.draft_model.empty()) {
        table.push_back({"draft_cycles_per_token", "cycle", count(s.draft_cycles),
                         "fabric cycles of one token of the draft model", Kind::count});
        table.push_back(
            {"draft_wafers", "1", count(s.draft_wafers), "wafers that the draft model stands on", Kind::count});
        table.push_back({"speculative_round_cycles", "cycle", count(s.round_cycles),
                         "fabric cycles of the draft model's proposals, their way, and the step that checks them",
                         Kind::count});
        table.push_back({"speculative_tokens_per_step", "1", s.tokens_per_step,
                         "tokens that a step yields, expected: those accepted and the model's own"});
        table.push_back({"speculative_tokens_per_second_per_user", "token/s", s.tokens_per_second_per_user,
                         "output tokens a second for one user, with the draft model"});
    }
    if (!t.simulated) {
        return;
    }
    table.push_back({"wafers", "1", count(t.wafers), "wafers that the model stands on", Kind::count});
    table.push_back({"regions_x", "1", count(t.regions_x), "regions side by side on a wafer", Kind::count});
    table.push_back({"regions_y", "1", count(t.regions_y), "regions one below another on a wafer", Kind::count});
    table.push_back({"stages", "1", count(t.stages.size()), "regions that a token passes", Kind::count});
    table.push_back(
        {"requests_in_flight", "1", count(t.requests), "requests whose tokens are under way at once", Kind::count});
    table.push_back(
        {"tokens_per_second", "token/s", t.tokens_per_second, "output tokens a second of all requests in flight"});
    table.push_back({"bottleneck_cycles", "cycle", count(t.bottleneck_cycles),
                     "fabric cycles of the busiest stage for one token", Kind::count});
}

// Of a run with a prompt.
void add_prompt(std::vector<Metric>& table, models::PrefillOutcome const& prefill)
{
    if (prefill.tokens == 0) {
        return;
    }
    table.push_back({"prompt_tokens", "1", count(prefill.tokens), "tokens of the prompt", Kind::count});
    table.push_back(
        {"prompt_chunks", "1", count(prefill.chunks), "chunks that the prompt is prefilled in", Kind::count});
    table.push_back({"prefill_cycles_per_layer", "cycle", count(prefill.cycles_per_layer),
                     "fabric cycles of the whole prompt in one layer, by closed forms", Kind::count});
    table.push_back({"prefill_cycles", "cycle", count(prefill.cycles),
                     "fabric cycles until all layers are done with the prompt, by closed forms", Kind::count});
    table.push_back({"prefill_time", "s", prefill.time.value(), "the same as a time"});
    table.push_back(
        {"prompt_tokens_per_second", "token/s", prefill.tokens_per_second, "tokens of the prompt over prefill_time"});
    table.push_back({"time_to_first_token", "s", prefill.time_to_first_token.value(),
                     "prefill_time, and time_per_output_token for the first token"});
    table.push_back({"prefill_bytes", "byte", prefill.bytes,
                     "SRAM of a PE that a chunk of the prompt takes beside weights and KV cache"});
    double worst = 0;
    for (auto const& check : prefill.checks) {
        worst = std::max(worst, std::fabs(check.deviation()));
    }
    if (!prefill.checks.empty()) {
        table.push_back({"prefill_check_deviation", "1", worst,
                         "largest deviation of a product's closed form from every wavelet of it"});
    }
}

// Of a run that has them.
void add_energy(std::vector<Metric>& table, Outcome const& o)
{
    auto const& e = o.energy;
    if (models::picojoules(e.token) == 0) {
        return;
    }
    table.push_back({"energy_per_token", "J", models::joules(e.token),
                     "energy of one output token with nothing else on the machine, the systems around the wafers "
                     "included"});
    static constexpr std::array<char const*, models::energy_part_count> names{
        "energy_arithmetic", "energy_sram_weights", "energy_sram_kv",   "energy_sram_vectors", "energy_code",
        "energy_hops",       "energy_scribe",       "energy_off_wafer", "energy_idle",         "energy_system"};
    for (std::size_t i = 0; i < models::energy_part_count; ++i) {
        table.push_back({names[i], "J", models::joules(e.token[i]),
                         fmt::format("of it: {}", meaning_of(static_cast<models::EnergyPart>(i)))});
    }
    table.push_back({"power_chip", "W", e.alone.chip, "mean power of the wafers meanwhile"});
    table.push_back(
        {"power_system", "W", e.alone.system, "mean power of the systems around the wafers, these included"});
    if (e.knows_shared()) {
        table.push_back({"energy_per_token_in_flight", "J", models::joules(e.shared),
                         "energy of one output token when all requests that fit are in flight"});
        table.push_back({"power_chip_in_flight", "W", e.in_flight.chip, "mean power of the wafers then"});
        table.push_back({"power_system_in_flight", "W", e.in_flight.system, "mean power of the systems then"});
    }
    table.push_back({"power_chip_busy", "W", e.peak.chip,
                     "power of the wafers if every PE multiplied and added in each cycle, operands from SRAM"});
    table.push_back({"power_chip_published", "W", e.published.chip, "published power of as many wafers"});
    table.push_back({"power_system_published", "W", e.published.system, "published power of as many systems"});
}

} // namespace

bool has_counters(Outcome const& o) { return !o.operators.empty(); }

std::string bound_by(Outcome const& o)
{
    return has_counters(o) ? name_of(bounding_part(o.bound_by, o.parts)) : "unknown";
}

std::vector<Metric> metrics(Outcome const& o)
{
    bool const counters = has_counters(o);
    auto const counted  = [counters](double value) { return counters ? value : unknown; };
    auto const budget   = [&o](double value) { return o.sram.empty() ? unknown : value; };
    auto const share    = [](double value, double of) { return of > 0 ? value / of : 0.0; };
    double     flops    = 0;
    double     weights  = 0;
    double     kv       = 0;
    for (auto const& op : o.operators) {
        flops += op.flops;
        weights += op.bytes_weights;
        kv += op.bytes_kv;
    }
    auto const seconds = o.clock_hz > 0 ? count(simulated_cycles(o)) / o.clock_hz : 0.0;
    auto const times   = count(times_per_token(o));
    auto const what    = std::string{simulated_thing(o)};

    std::vector<Metric> table{
        {"cycles_per_layer", "cycle", count(o.cycles_per_layer),
         o.token.simulated ? "fabric cycles of a layer in the mean, rounded down"
                           : "fabric cycles of the simulated layer",
         Kind::count},
        {"layers", "1", count(o.layers), "layers of the model", Kind::count},
        {"cycles_per_token", "cycle", count(o.cycles_per_token), "fabric cycles of one output token: " + o.token_note,
         Kind::count},
        {"clock", "Hz", o.clock_hz, "clock of the fabric"},
        {"time_per_output_token", "s", o.time_per_output_token.value(), "time of one output token: " + o.token_note},
        {"tokens_per_second_per_user", "token/s", o.tokens_per_second_per_user, "output tokens a second for one user"},
        {"pe_busy_share", "1", counted(o.pe_busy_share), "PE-cycles that computed or moved data, of all"},
        {"pe_stalled_share", "1", counted(o.pe_stalled_share), "PE-cycles that waited inside an operation, of all"},
        {"pe_idle_share", "1", counted(o.pe_idle_share), "PE-cycles without an operation, of all"},
        {"fabric_utilisation", "1", counted(o.link_utilisation),
         "wavelets sent, of what all links could send in the time"},
        {"scribe_utilisation", "1", counted(o.scribe_utilisation),
         "wavelets sent over scribe lines, of what these links could send in the time"},
        {"fraction_of_peak_bandwidth", "1", counted(o.sram_bandwidth_share),
         "bytes of weights and KV cache read, of what the SRAM ports could read in the time"},
        {"effective_bandwidth", "byte/s", counted(share(weights + kv, seconds)),
         "bytes of weights and KV cache of the " + what + " over its time"},
        {"fraction_of_peak_arithmetic", "1", counted(o.arithmetic_share),
         "floating-point operations, of what the PEs could do in the time"},
        {"effective_arithmetic", "flop/s", counted(share(flops, seconds)),
         "floating-point operations of the " + what + " over its time"},
        {"wavelet_hops", "1", counted(count(o.wavelet_hops)), "wavelets over links between routers", Kind::count},
        {"wavelets_injected", "1", counted(count(o.wavelets_injected)), "wavelets from PEs into the fabric",
         Kind::count},
        {"wavelets_delivered", "1", counted(count(o.wavelets_delivered)), "wavelets from the fabric to PEs",
         Kind::count},
        {"scribe_crossings", "1", counted(count(o.scribe_crossings)), "wavelets over links between reticles",
         Kind::count},
        {"wavelets_crossed", "1", counted(count(o.wavelets_crossed)),
         "wavelets delivered that had crossed a scribe line on their way", Kind::count},
        {"scribe_wavelet_share", "1", counted(share(count(o.wavelets_crossed), count(o.wavelets_delivered))),
         "wavelets delivered that had crossed a scribe line, of all"},
        {"scribe_hop_share", "1", counted(share(count(o.scribe_crossings), count(o.wavelet_hops))),
         "wavelet-hops over scribe lines, of all"},
        {"sram_peak", "byte", budget(sram_used(o)), "SRAM taken on the fullest PE"},
        {"sram_capacity", "byte", budget(o.sram_capacity_bytes), "SRAM of one PE"},
    };
    static constexpr std::array<char const*, models::part_count> part_metrics{
        "cycles_arithmetic",    "cycles_dispatch",     "cycles_sram",    "cycles_hops",     "cycles_scribe",
        "cycles_serialisation", "cycles_reduce_stage", "cycles_waiting", "cycles_off_wafer"};
    for (std::size_t i = 0; i < models::part_count; ++i) {
        table.push_back({part_metrics[i], "cycle", counted(count(o.parts[i])),
                         fmt::format("cycles of the {} that are {}", what, name_of(static_cast<Part>(i))),
                         Kind::count});
    }
    if (!o.operators.empty()) {
        table.push_back({"bytes_read_per_token", "byte", times * (weights + kv),
                         "weights and KV cache that one output token needs"});
    }
    add_plan(table, o);
    add_prompt(table, o.prefill);
    add_energy(table, o);
    if (o.cycles_without_scribe != 0) {
        table.push_back({"cycles_without_scribe", "cycle", count(o.cycles_without_scribe),
                         "fabric cycles of a token if scribe lines were links like others", Kind::count});
    }
    if (!o.repair.defects.empty()) {
        table.push_back(
            {"dead_pes", "1", count(o.repair.dead), "PEs that repair passes by, of all wafers", Kind::count});
        table.push_back({"rewired_links", "1", count(o.repair.rewired),
                         "broken links over scribe lines in whose place spare wires work", Kind::count});
        table.push_back({"longer_links", "1", count(o.repair.longer_links),
                         "links between neighbours of the mesh that repair has moved apart", Kind::count});
        table.push_back({"cycles_of_longer_links_by_form", "cycle", count(o.repair.added_by_form),
                         "fabric cycles of longer links that a closed form says; 0: they were simulated", Kind::count});
    }
    if (o.payload.checked) {
        table.push_back(
            {"payload_numbers", "1", count(o.payload.numbers), "numbers compared with the reference", Kind::count});
        table.push_back({"payload_largest_deviation", "1", o.payload.largest,
                         "largest deviation of a number from the reference, over the rms of its vector"});
        table.push_back({"payload_rms_deviation", "1", o.payload.rms, "rms of these deviations"});
        table.push_back({"payload_bound", "1", o.payload.bound, "largest deviation that rounding explains"});
    }
    return table;
}

std::vector<std::string> metric_names()
{
    // A run with everything that a metric depends on.
    auto o                     = Outcome{};
    o.token.simulated          = true;
    o.token.folded_cycles      = 1;
    o.token.closed_form_cycles = 1;
    o.token.kv_tokens_balanced = 1;
    o.batch                    = 2;
    o.speculation.draft_model  = "any";
    o.prefill.tokens           = 1;
    o.energy.token[0]          = 1;
    o.energy.in_flight.system  = 1;
    o.cycles_without_scribe    = 1;
    o.repair.defects           = "any";
    o.payload.checked          = true;
    o.waterfall.resize(1);
    o.operators.resize(1);
    o.prefill.checks.resize(1);
    auto names = std::vector<std::string>{};
    for (auto const& metric : metrics(o)) {
        names.emplace_back(metric.name);
    }
    return names;
}

} // namespace scribeline::results
