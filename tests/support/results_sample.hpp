// A made-up run for tests of the result file and the report: small and irregular enough that a swapped axis, a
// dropped column or a wrong unit shows.
#pragma once

#include "configs/config.hpp"
#include "models/outcome.hpp"

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::tests {

inline models::OperatorOutcome sample_operator(std::string name, std::string kind, std::uint64_t start,
                                               models::Parts const& parts, std::string collective = "")
{
    models::OperatorOutcome op;
    op.name             = std::move(name);
    op.kind             = std::move(kind);
    op.collective       = std::move(collective);
    op.start            = start;
    op.end              = start;
    op.parts            = parts;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        op.end += parts[i];
        largest = parts[i] > parts[largest] ? i : largest;
    }
    op.bound_by          = name_of(static_cast<models::Part>(largest));
    op.flops             = 1000.0 * static_cast<double>(op.end - start);
    op.bytes_weights     = 640;
    op.bytes_kv          = kind == "attention" ? 320 : 0;
    op.bytes_activations = 32;
    return op;
}

// A region of 6 x 4 PEs on two reticles (split between columns 2 and 3), three windows of 100 cycles.
inline models::FabricActivity sample_activity(std::uint32_t columns = 6, std::uint32_t rows = 4,
                                              std::uint32_t windows = 3)
{
    models::FabricActivity a;
    auto const             pes = std::size_t{columns} * rows;
    a.columns                  = columns;
    a.rows                     = rows;
    a.window_cycles            = 100;
    a.link_kind.assign(4 * pes, 0);
    for (std::uint32_t y = 0; y < rows; ++y) {
        for (std::uint32_t x = 0; x < columns; ++x) {
            auto const pe = std::size_t{y} * columns + x;
            a.reticle_of.push_back(x < columns / 2 ? 0 : 1);
            a.link_kind[0 * pes + pe] = y > 0;
            a.link_kind[1 * pes + pe] = x + 1 == columns ? 0 : (x + 1 == columns / 2 ? 2 : 1);
            a.link_kind[2 * pes + pe] = y + 1 < rows;
            a.link_kind[3 * pes + pe] = x == 0 ? 0 : (x == columns / 2 ? 2 : 1);
        }
    }
    a.pe_busy_total.assign(pes, 0);
    for (std::uint32_t w = 0; w < windows; ++w) {
        a.window_start.push_back(std::uint64_t{w} * 100);
        std::vector<std::uint32_t> busy(pes), link(4 * pes);
        for (std::size_t pe = 0; pe < pes; ++pe) {
            busy[pe] = static_cast<std::uint32_t>((pe * 7 + w * 13) % 101);
            a.pe_busy_total[pe] += busy[pe];
            for (std::size_t d = 0; d < 4; ++d) {
                link[d * pes + pe] =
                    a.link_kind[d * pes + pe] == 0 ? 0 : static_cast<std::uint32_t>((pe + 10 * d + w) % 90);
            }
        }
        a.pe_busy.push_back(busy);
        a.link_busy.push_back(link);
    }
    a.pe_stalled_total.assign(pes, 5);
    for (auto const busy : a.pe_busy_total) {
        a.pe_idle_total.push_back(std::uint64_t{windows} * 100 + 5 - busy);
    }
    return a;
}

inline models::Outcome sample_outcome()
{
    models::Outcome o;
    o.state_hash = 0xfedcba9876543210; // does not fit a double
    o.operators  = {
         sample_operator("norm", "norm", 0, {10, 20, 0, 1, 0, 2, 3, 4, 0}, "chain reduce along x, 4 wavelets"),
         sample_operator("qkv", "qkv", 40, {100, 15, 5, 8, 2, 10, 20, 0, 0},
                         "two_level all-reduce along x, 15 wavelets"),
         sample_operator("attention", "attention", 200, {20, 10, 0, 7, 3, 25, 33, 2, 0}),
         sample_operator("down, \"gated\"", "mixture", 300, {0, 0, 0, 0, 0, 0, 0, 7, 0}),
    };
    for (auto const& op : o.operators) {
        for (std::size_t i = 0; i < models::part_count; ++i) {
            o.parts[i] += op.parts[i];
        }
    }
    o.bound_by                   = "arithmetic";
    o.cycles_per_layer           = 307;
    o.layers                     = 32;
    o.cycles_per_token           = 307 * 32;
    o.token_note                 = "32 x the layer simulated, without the output projection";
    o.clock_hz                   = 1.1e9;
    o.time_per_output_token      = configs::Seconds{307 * 32 / 1.1e9};
    o.tokens_per_second_per_user = 1.1e9 / (307 * 32);
    o.pe_busy_share              = 0.5;
    o.pe_stalled_share           = 0.125;
    o.pe_idle_share              = 0.375;
    o.link_utilisation           = 0.07;
    o.scribe_utilisation         = 0.0311;
    o.sram_bandwidth_share       = 0.0625;
    o.arithmetic_share           = 0.25;
    o.wavelet_hops               = 1234567;
    o.wavelets_injected          = 900;
    o.wavelets_delivered         = 1800;
    o.scribe_crossings           = 48;
    o.sram                = {{"code and runtime", 4096}, {"weights", 30000}, {"KV cache", 8192}, {"buffers", 512}};
    o.sram_capacity_bytes = 49152;
    o.scribe              = {{0, 1, 'E', 4, 30, {10, 15, 5}}, {1, 0, 'W', 4, 18, {0, 18, 0}}};
    o.activity            = sample_activity();
    o.trace.recorded      = true;
    o.trace.cycle         = {0, 2, 4, 6};
    o.trace.pe            = {0, 0, 1, 2};
    o.trace.to_pe         = {0, 1, 2, 2};
    o.trace.color         = {3, 3, 3, 3};
    o.trace.kind          = {0, 1, 1, 3};
    o.trace.dropped       = 9;
    o.books.entries       = {{"wavelets", "injected + forked", "delivered + in flight", 1800, 1800},
                             {"PE cycles", "busy + stalled + idle", "PEs x cycles", 7368, 7368}};
    o.warnings            = {"the KV cache of 4096 tokens is rounded up to 4100"};
    o.wall_seconds        = 1.5;
    return o;
}

inline configs::Config sample_config()
{
    using configs::Origin;
    configs::Config c;
    c.parameters                           = {};
    c.machine                              = "wse2";
    c.parameters.workload.model            = "llama-3-8b";
    c.parameters.workload.context          = 4096;
    c.parameters.mapping.region            = {6, 4};
    c.parameters.fabric.link_serialisation = configs::FabricEighths{9};
    c.parameters.fabric.wavelet_size       = configs::Bytes{4};
    c.parameters.run.seed                  = 7;
    c.settings                             = {
                                    {"fabric", "hop_latency", "1 cycle", 1, "cycle", "router to router", "machines/wse2.toml:12", Origin::published,
                                     "a paper"},
                                    {"pe", "sram", "48 KiB", 49152, "byte", "memory of a PE", "default", Origin::datasheet, "a data sheet"},
                                    {"pe", "task_activation", "9 cycles", 9, "cycle", "from wavelet to operation", "--set", Origin::assumed,
                                     "between two published figures"},
                                    {"workload", "model", "llama-3-8b", std::numeric_limits<double>::quiet_NaN(), "", "what is decoded", "--model",
                                     Origin::choice, ""},
    };
    c.sources      = {{"machines/wse2.toml", std::string(64, 'a')}};
    c.command_line = "scribeline run --machine wse2";
    return c;
}

} // namespace scribeline::tests
