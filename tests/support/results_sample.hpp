// A made-up run for tests of the result file and the report: small and irregular enough that a swapped axis, a
// dropped column or a wrong unit shows.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"
#include "models/wafer/waterfall.hpp"

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
    op.bytes_kv          = op.kind == "attention" ? 320 : 0;
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

// 16 bytes a cycle from the SRAM of each PE.
inline configs::Parameters sample_parameters()
{
    configs::Parameters p{};
    p.pe.sram_read_bytes = 16;
    return p;
}

// The operators' bytes of weights and KV cache, read by so many PEs.
inline void add_waterfall(models::Outcome& o, double pes)
{
    double bytes = 0;
    for (auto const& op : o.operators)
        bytes += op.bytes_weights + op.bytes_kv;
    o.waterfall = models::waterfall_of(o, sample_parameters(), bytes * (o.token.simulated ? 1 : o.layers), pes);
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
    add_waterfall(o, 24);
    return o;
}

// A whole token of 12 layers at folded fidelity, attention and feed-forward of each layer in regions of their own,
// tables over both wafers: no map of PEs, no scribe lines, no trace.
inline models::Outcome sample_token()
{
    auto o            = sample_outcome();
    o.fidelity        = "folded";
    o.activity        = {};
    o.scribe          = {};
    o.trace           = {};
    o.operators       = {};
    o.parts           = {};
    o.layers          = 12;
    o.token.simulated = true;
    o.token_note      = "one token through 26 stages on 2 wafers";
    std::uint64_t at  = 0;
    auto const    add = [&](std::string name, std::string kind, models::Parts const& parts, std::int32_t layer,
                         std::uint32_t stage) {
        o.operators.push_back(sample_operator(std::move(name), std::move(kind), at, parts));
        o.operators.back().layer = layer;
        o.operators.back().stage = stage;
        at                       = o.operators.back().end;
        for (std::size_t i = 0; i < models::part_count; ++i)
            o.parts[i] += parts[i];
    };
    auto const stage = [&](std::uint32_t wafer, std::uint32_t side, std::string blocks, std::uint64_t start,
                           std::uint32_t requests) {
        o.token.stages.push_back(
            {wafer, 0, 0, side, side, std::move(blocks), start, at, side == 64 ? 9000.0 : 30000.0, requests});
    };
    add("embedding", "embedding", {0, 30, 0, 50, 0, 9, 0, 0, 0}, -1, 0);
    stage(0, 64, "embedding", 0, 0);
    for (std::uint32_t layer = 0; layer < 12; ++layer) {
        auto const number = 2 * layer + 1;
        auto       begin  = at;
        add("qkv", "qkv", {100, 40, 0, 200, 8, 12, 90, 0, 0}, static_cast<std::int32_t>(layer), number);
        stage(layer / 6, 32, "attention of layer " + std::to_string(layer), begin, 5);
        add("move", "transfer", {0, 20, 0, 35, 0, 0, 0, 0, layer == 5 ? 77U : 0U}, -1, number);
        begin = at;
        add("down", "down", {150, 41, 2, 160, 8, 11, 80, 1, 0}, static_cast<std::int32_t>(layer), number + 1);
        stage(layer / 6, 32, "feed-forward of layer " + std::to_string(layer), begin, 5);
    }
    auto const begin = at;
    add("lm_head", "head", {60, 30, 0, 50, 0, 9, 20, 0, 0}, -1, 25);
    stage(1, 64, "final norm to sampling", begin, 0);

    auto const cycles              = static_cast<double>(at);
    o.cycles_per_token             = at;
    o.cycles_per_layer             = 903;
    o.time_per_output_token        = configs::Seconds{cycles / o.clock_hz};
    o.tokens_per_second_per_user   = o.clock_hz / cycles;
    o.bound_by                     = "hops";
    o.token.wafers                 = 2;
    o.token.regions_x              = 3;
    o.token.regions_y              = 4;
    o.token.wafer_tables           = true;
    o.token.requests               = 5;
    o.token.bottleneck_cycles      = 711;
    o.token.tokens_per_second      = 5 * o.clock_hz / cycles;
    o.token.kv_tokens_concatenated = 4200;
    o.token.kv_tokens_balanced     = 23456;
    o.token.closed_form_cycles     = 0.97 * cycles;
    o.token.candidates             = {{32, 32, 26, 2, 0.97 * cycles, 4.9e5, "chosen"},
                                      {30, 30, 28, 2, 1.02 * cycles, 4.8e5, "5.2 % slower"},
                                      {64, 64, 13, 4, 0, 0, "needs 4 wafers, 2 are allowed"}};
    o.books.entries                = {{"time", "cycles simulated", "parts of the operators", at, at}};
    add_waterfall(o, 2 * 64 * 64);
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
                                    {"workload", "context", "4096", 4096, "1", "tokens in the KV cache", "--context", Origin::choice, ""},
                                    {"workload", "model", "llama-3-8b", std::numeric_limits<double>::quiet_NaN(), "", "what is decoded", "--model",
                                     Origin::choice, ""},
    };
    c.sources      = {{"machines/wse2.toml", std::string(64, 'a')}};
    c.command_line = "scribeline run --machine wse2";
    return c;
}

} // namespace scribeline::tests
