// The table of metrics.
#include "results/metrics.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::results {

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

double sram_used(models::Outcome const& outcome)
{
    return std::accumulate(outcome.sram.begin(), outcome.sram.end(), 0.0,
                           [](double sum, models::SramPart const& part) { return sum + part.bytes; });
}

std::vector<Metric> metrics(models::Outcome const& o)
{
    auto const count   = [](auto value) { return static_cast<double>(value); };
    auto const share   = [](double value, double of) { return of > 0 ? value / of : 0.0; };
    double     flops   = 0;
    double     weights = 0;
    double     kv      = 0;
    for (auto const& op : o.operators) {
        flops += op.flops;
        weights += op.bytes_weights;
        kv += op.bytes_kv;
    }
    auto const layer_seconds = o.clock_hz > 0 ? count(o.cycles_per_layer) / o.clock_hz : 0.0;

    std::vector<Metric> table{
        {"cycles_per_layer", "cycle", count(o.cycles_per_layer), "fabric cycles of the simulated layer", Kind::count},
        {"layers", "1", count(o.layers), "layers of the model", Kind::count},
        {"cycles_per_token", "cycle", count(o.cycles_per_token), "fabric cycles of one output token: " + o.token_note,
         Kind::count},
        {"clock", "Hz", o.clock_hz, "clock of the fabric"},
        {"time_per_output_token", "s", o.time_per_output_token.value(), "time of one output token: " + o.token_note},
        {"tokens_per_second_per_user", "token/s", o.tokens_per_second_per_user, "output tokens a second for one user"},
        {"pe_busy_share", "1", o.pe_busy_share, "PE-cycles that computed or moved data, of all"},
        {"pe_stalled_share", "1", o.pe_stalled_share, "PE-cycles that waited inside an operation, of all"},
        {"pe_idle_share", "1", o.pe_idle_share, "PE-cycles without an operation, of all"},
        {"fabric_utilisation", "1", o.link_utilisation, "wavelets sent, of what all links could send in the time"},
        {"scribe_utilisation", "1", o.scribe_utilisation,
         "wavelets sent over scribe lines, of what these links could send in the time"},
        {"fraction_of_peak_bandwidth", "1", o.sram_bandwidth_share,
         "bytes of weights and KV cache read, of what the SRAM ports could read in the time"},
        {"effective_bandwidth", "byte/s", share(weights + kv, layer_seconds),
         "bytes of weights and KV cache of the layer over its time"},
        {"fraction_of_peak_arithmetic", "1", o.arithmetic_share,
         "floating-point operations, of what the PEs could do in the time"},
        {"effective_arithmetic", "flop/s", share(flops, layer_seconds),
         "floating-point operations of the layer over its time"},
        {"wavelet_hops", "1", count(o.wavelet_hops), "wavelets over links between routers", Kind::count},
        {"wavelets_injected", "1", count(o.wavelets_injected), "wavelets from PEs into the fabric", Kind::count},
        {"wavelets_delivered", "1", count(o.wavelets_delivered), "wavelets from the fabric to PEs", Kind::count},
        {"scribe_crossings", "1", count(o.scribe_crossings), "wavelets over links between reticles", Kind::count},
        {"sram_peak", "byte", sram_used(o), "SRAM taken on the fullest PE"},
        {"sram_capacity", "byte", o.sram_capacity_bytes, "SRAM of one PE"},
    };
    static constexpr std::array<char const*, models::part_count> part_metrics{
        "cycles_arithmetic",    "cycles_dispatch",     "cycles_sram",    "cycles_hops",     "cycles_scribe",
        "cycles_serialisation", "cycles_reduce_stage", "cycles_waiting", "cycles_off_wafer"};
    for (std::size_t i = 0; i < models::part_count; ++i) {
        table.push_back({part_metrics[i], "cycle", count(o.parts[i]),
                         fmt::format("cycles of the layer that are {}", name_of(static_cast<Part>(i))), Kind::count});
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

} // namespace scribeline::results
