// The table of metrics.
#include "results/views/metrics.hpp"

#include "models/wafer/speculation.hpp"

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
    return o.token.simulated ? models::step_cycles(o) : o.cycles_per_layer;
}

std::uint64_t times_per_token(models::Outcome const& o) { return o.token.simulated ? 1 : o.layers; }

char const* simulated_thing(models::Outcome const& o) { return o.token.simulated ? "token" : "layer"; }

double closed_form_deviation(models::Outcome const& o)
{
    auto const cycles = models::step_cycles(o);
    return o.token.closed_form_cycles > 0 && cycles > 0 ? o.token.closed_form_cycles / static_cast<double>(cycles) - 1
                                                        : 0.0;
}

namespace {

double count(std::uint64_t value) { return static_cast<double>(value); }

// Not a number where the run has nothing of the kind, so that every file has the same variables.
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double if_known(bool known, double value) { return known ? value : nothing; }

// Of a run that had a plan, or a waterfall.
void add_plan(std::vector<Metric>& table, Outcome const& o)
{
    auto const& t = o.token;
    table.push_back({"peak_bandwidth_tokens_per_second", "token/s",
                     o.waterfall.empty() ? nothing : o.waterfall.front().tokens_per_second,
                     "tokens a second if weights and KV cache were read by all PEs at the peak of their SRAM, and "
                     "nothing else took time"});
    table.push_back({"folded_cycles_per_token", "cycle", if_known(t.folded_cycles > 0, count(t.folded_cycles)),
                     "cycles of one output token, folded, beside every wavelet simulated"});
    bool const has_form = t.closed_form_cycles > 0;
    table.push_back({"closed_form_cycles_per_token", "cycle", if_known(has_form, t.closed_form_cycles),
                     "fabric cycles of one output token by the planner's formulas"});
    table.push_back({"closed_form_deviation", "1", if_known(has_form && has_counters(o), closed_form_deviation(o)),
                     "closed_form_cycles_per_token over the cycles of the step, less 1"});
    bool const has_room = t.kv_tokens_balanced > 0;
    table.push_back({"kv_tokens_concatenated", "1", if_known(has_room, count(t.kv_tokens_concatenated)),
                     "tokens that a request's KV cache holds when new ones join the last column", Kind::count});
    table.push_back({"kv_tokens_balanced", "1", if_known(has_room, count(t.kv_tokens_balanced)),
                     "tokens that a request's KV cache holds when new ones are spread over all columns", Kind::count});
    table.push_back({"batch", "1", if_known(o.batch > 1, count(o.batch)), "sequences that each step decodes together",
                     Kind::count});
    auto const& s        = o.speculation;
    bool const  is_draft = !s.draft_model.empty();
    table.push_back({"draft_cycles_per_token", "cycle", if_known(is_draft, count(s.draft_cycles)),
                     "fabric cycles of one token of the draft model", Kind::count});
    table.push_back({"draft_wafers", "1", if_known(is_draft, count(s.draft_wafers)),
                     "wafers that the draft model stands on", Kind::count});
    table.push_back({"checking_step_cycles", "cycle", if_known(is_draft, count(models::step_cycles(o))),
                     "fabric cycles of the step of the model that checks the proposals", Kind::count});
    table.push_back({"checking_step_time", "s", if_known(is_draft, count(models::step_cycles(o)) / o.clock_hz),
                     "time of the step of the model that checks the proposals"});
    table.push_back({"speculative_round_cycles", "cycle", if_known(is_draft, count(s.round_cycles)),
                     "fabric cycles of the draft model's proposals, their way, and the step that checks them",
                     Kind::count});
    table.push_back({"speculative_tokens_per_step", "1", if_known(is_draft, s.tokens_per_step),
                     "tokens that a step yields, expected: those accepted and the model's own"});
    bool const whole  = t.simulated;
    auto const number = [&](char const* name, std::uint64_t value, char const* long_name) {
        table.push_back({name, "1", if_known(whole, count(value)), long_name, Kind::count});
    };
    number("wafers", t.wafers, "wafers that the model stands on");
    number("regions_x", t.regions_x, "regions side by side on a wafer");
    number("regions_y", t.regions_y, "regions one below another on a wafer");
    number("stages", t.stages.size(), "regions that a token passes");
    number("requests_in_flight", t.requests, "requests whose tokens are under way at once");
    table.push_back({"tokens_per_second", "token/s", if_known(whole, t.tokens_per_second),
                     "output tokens a second of all requests in flight"});
    table.push_back({"bottleneck_cycles", "cycle", if_known(whole, count(t.bottleneck_cycles)),
                     "fabric cycles of the busiest stage for one token", Kind::count});
}

// Of a run with a prompt.
void add_prompt(std::vector<Metric>& table, models::PrefillOutcome const& prefill)
{
    bool const known = prefill.tokens > 0;
    auto const add   = [&](char const* name, char const* units, double value, char const* long_name,
                         Kind kind = Kind::measure) {
        table.push_back({name, units, if_known(known, value), long_name, kind});
    };
    add("prompt_tokens", "1", count(prefill.tokens), "tokens of the prompt", Kind::count);
    add("prompt_chunks", "1", count(prefill.chunks), "chunks that the prompt is prefilled in", Kind::count);
    add("prefill_cycles_per_layer", "cycle", count(prefill.cycles_per_layer),
        "fabric cycles of the whole prompt in one layer, by closed forms", Kind::count);
    add("prefill_cycles", "cycle", count(prefill.cycles),
        "fabric cycles until all layers are done with the prompt, by closed forms", Kind::count);
    add("prefill_time", "s", prefill.time.value(), "the same as a time");
    add("prompt_tokens_per_second", "token/s", prefill.tokens_per_second, "tokens of the prompt over prefill_time");
    add("time_to_first_token", "s", prefill.time_to_first_token.value(),
        "prefill_time, and time_per_output_token for the first token");
    add("prefill_bytes", "byte", prefill.bytes,
        "SRAM of a PE that a chunk of the prompt takes beside weights and KV cache");
    double worst = prefill.checks.empty() ? nothing : 0;
    for (auto const& check : prefill.checks) {
        worst = std::max(worst, std::fabs(check.deviation()));
    }
    add("prefill_check_deviation", "1", worst, "largest deviation of a product's closed form from every wavelet of it");
}

// Of a run that has them.
void add_energy(std::vector<Metric>& table, Outcome const& o)
{
    auto const& e     = o.energy;
    bool const  known = models::picojoules(e.token) != 0;
    auto const  add   = [&](char const* name, char const* units, bool is_known, double value, std::string long_name) {
        table.push_back({name, units, if_known(is_known, value), std::move(long_name)});
    };
    add("energy_per_token", "J", known, models::joules(e.token),
        "energy of one output token with nothing else on the machine, the systems around the wafers included");
    static constexpr std::array<char const*, models::energy_part_count> names{
        "energy_arithmetic", "energy_sram_weights", "energy_sram_kv",   "energy_sram_vectors", "energy_code",
        "energy_hops",       "energy_scribe",       "energy_off_wafer", "energy_idle",         "energy_system"};
    for (std::size_t i = 0; i < models::energy_part_count; ++i) {
        add(names[i], "J", known, models::joules(e.token[i]),
            fmt::format("of it: {}", meaning_of(static_cast<models::EnergyPart>(i))));
    }
    add("power_chip", "W", known, e.alone.chip, "mean power of the wafers meanwhile");
    add("power_system", "W", known, e.alone.system, "mean power of the systems around the wafers, these included");
    bool const shared = known && e.knows_shared();
    add("energy_per_token_in_flight", "J", shared, models::joules(e.shared),
        "energy of one output token when all requests that fit are in flight");
    add("power_chip_in_flight", "W", shared, e.in_flight.chip, "mean power of the wafers then");
    add("power_system_in_flight", "W", shared, e.in_flight.system, "mean power of the systems then");
    add("power_chip_busy", "W", known, e.peak.chip,
        "power of the wafers if every PE multiplied and added in each cycle, operands from SRAM");
    add("power_chip_published", "W", known, e.published.chip, "published power of as many wafers");
    add("power_system_published", "W", known, e.published.system, "published power of as many systems");
}

// Of repaired wafers, and of wavelets that carried numbers.
void add_repair_and_payload(std::vector<Metric>& table, Outcome const& o)
{
    bool const repaired = !o.repair.defects.empty();
    auto const number   = [&](char const* name, char const* units, bool known, std::uint64_t value,
                            char const* long_name) {
        table.push_back({name, units, if_known(known, count(value)), long_name, Kind::count});
    };
    number("dead_pes", "1", repaired, o.repair.dead, "PEs that repair passes by, of all wafers");
    number("rewired_links", "1", repaired, o.repair.rewired,
           "broken links over scribe lines in whose place spare wires work");
    number("longer_links", "1", repaired, o.repair.longer_links,
           "links between neighbours of the mesh that repair has moved apart");
    number("cycles_of_longer_links_by_form", "cycle", repaired, o.repair.added_by_form,
           "fabric cycles of longer links that a closed form says; 0: they were simulated");
    bool const checked = o.payload.checked;
    number("payload_numbers", "1", checked, o.payload.numbers, "numbers compared with the reference");
    table.push_back({"payload_largest_deviation", "1", if_known(checked, o.payload.largest),
                     "largest deviation of a number from the reference, over the rms of its vector"});
    table.push_back({"payload_rms_deviation", "1", if_known(checked, o.payload.rms), "rms of these deviations"});
    table.push_back(
        {"payload_bound", "1", if_known(checked, o.payload.bound), "largest deviation that rounding explains"});
}

} // namespace

bool has_counters(Outcome const& o) { return !o.operators.empty(); }

std::string bound_by(Outcome const& o)
{
    return has_counters(o) ? name_of(bounding_part(o.bound_by, o.parts)) : "unknown";
}

std::vector<Metric> all_metrics(Outcome const& o)
{
    auto const share   = [](double value, double of) { return of > 0 ? value / of : 0.0; };
    double     flops   = 0;
    double     weights = 0;
    double     kv      = 0;
    for (auto const& op : o.operators) {
        flops += op.flops;
        weights += op.bytes_weights;
        kv += op.bytes_kv;
    }
    bool const simulated = has_counters(o);
    auto const note      = o.token_note.empty() ? std::string{} : ": " + o.token_note;
    auto const seconds   = o.clock_hz > 0 ? count(simulated_cycles(o)) / o.clock_hz : 0.0;
    auto const times     = count(times_per_token(o));
    auto const what      = std::string{simulated_thing(o)};

    std::vector<Metric> table{
        {"cycles_per_layer", "cycle", count(o.cycles_per_layer),
         o.token.simulated ? "fabric cycles of a layer in the mean, rounded down"
                           : "fabric cycles of the simulated layer",
         Kind::count},
        {"layers", "1", count(o.layers), "layers of the model", Kind::count},
        {"cycles_per_token", "cycle", count(o.cycles_per_token), "fabric cycles of one output token" + note,
         Kind::count},
        {"clock", "Hz", o.clock_hz, "clock of the fabric"},
        {"time_per_output_token", "s", o.time_per_output_token.value(), "time of one output token" + note},
        {"tokens_per_second_per_user", "token/s", o.tokens_per_second_per_user, "output tokens a second for one user"},
        {"pe_busy_share", "1", if_known(simulated, o.pe_busy_share), "PE-cycles that computed or moved data, of all"},
        {"pe_stalled_share", "1", if_known(simulated, o.pe_stalled_share),
         "PE-cycles that waited inside an operation, of all"},
        {"pe_idle_share", "1", if_known(simulated, o.pe_idle_share), "PE-cycles without an operation, of all"},
        {"fabric_utilisation", "1", if_known(simulated, o.link_utilisation),
         "wavelets sent, of what all links could send in the time"},
        {"scribe_utilisation", "1", if_known(simulated, o.scribe_utilisation),
         "wavelets sent over scribe lines, of what these links could send in the time"},
        {"fraction_of_peak_bandwidth", "1", if_known(simulated, o.sram_bandwidth_share),
         "bytes of weights and KV cache read, of what the SRAM ports could read in the time"},
        {"effective_bandwidth", "byte/s", if_known(simulated, share(weights + kv, seconds)),
         "bytes of weights and KV cache of the " + what + " over its time"},
        {"fraction_of_peak_arithmetic", "1", if_known(simulated, o.arithmetic_share),
         "floating-point operations, of what the PEs could do in the time"},
        {"effective_arithmetic", "flop/s", if_known(simulated, share(flops, seconds)),
         "floating-point operations of the " + what + " over its time"},
        {"wavelet_hops", "1", if_known(simulated, count(o.wavelet_hops)), "wavelets over links between routers",
         Kind::count},
        {"wavelets_injected", "1", if_known(simulated, count(o.wavelets_injected)), "wavelets from PEs into the fabric",
         Kind::count},
        {"wavelets_delivered", "1", if_known(simulated, count(o.wavelets_delivered)), "wavelets from the fabric to PEs",
         Kind::count},
        {"scribe_crossings", "1", if_known(simulated, count(o.scribe_crossings)),
         "wavelets over links between reticles", Kind::count},
        {"wavelets_crossed", "1", if_known(simulated, count(o.wavelets_crossed)),
         "wavelets delivered that had crossed a scribe line on their way", Kind::count},
        {"scribe_wavelet_share", "1",
         if_known(simulated, share(count(o.wavelets_crossed), count(o.wavelets_delivered))),
         "wavelets delivered that had crossed a scribe line, of all"},
        {"scribe_hop_share", "1", if_known(simulated, share(count(o.scribe_crossings), count(o.wavelet_hops))),
         "wavelet-hops over scribe lines, of all"},
        {"sram_peak", "byte", if_known(!o.sram.empty(), sram_used(o)), "SRAM taken on the fullest PE"},
        {"sram_capacity", "byte", if_known(!o.sram.empty(), o.sram_capacity_bytes), "SRAM of one PE"},
    };
    static constexpr std::array<char const*, models::part_count> part_metrics{
        "cycles_arithmetic",    "cycles_dispatch",     "cycles_sram",    "cycles_hops",     "cycles_scribe",
        "cycles_serialisation", "cycles_reduce_stage", "cycles_waiting", "cycles_off_wafer"};
    for (std::size_t i = 0; i < models::part_count; ++i) {
        table.push_back({part_metrics[i], "cycle", if_known(simulated, count(o.parts[i])),
                         fmt::format("cycles of the {} that are {}", what, name_of(static_cast<Part>(i))),
                         Kind::count});
    }
    table.push_back({"bytes_read_per_token", "byte", if_known(simulated, times * (weights + kv)),
                     "weights and KV cache that one output token needs"});
    add_plan(table, o);
    add_prompt(table, o.prefill);
    add_energy(table, o);
    table.push_back({"cycles_without_scribe", "cycle",
                     if_known(o.cycles_without_scribe != 0, count(o.cycles_without_scribe)),
                     "fabric cycles of a token if scribe lines were links like others", Kind::count});
    add_repair_and_payload(table, o);
    return table;
}

std::vector<Metric> metrics(Outcome const& outcome)
{
    auto table = all_metrics(outcome);
    table.erase(
        std::remove_if(table.begin(), table.end(), [](Metric const& metric) { return std::isnan(metric.value); }),
        table.end());
    return table;
}

std::vector<std::string> metric_names()
{
    auto names = std::vector<std::string>{};
    for (auto const& metric : all_metrics(Outcome{}))
        names.emplace_back(metric.name);
    return names;
}

} // namespace scribeline::results
