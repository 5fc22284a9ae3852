// More context, a larger batch or a longer prompt never take less time, and no part of a machine that gets faster makes
// a step slower: on every shipped machine that is no wafer.
//
// Exceptions: GPUs take in a prompt under the plan that decodes fastest, so a prompt may gain where that plan changes;
// compared is what has the same plan. Of the hardware: more SMs at the same arithmetic peak are slower SMs; more memory
// in as many stacks means denser dies, whose refresh takes longer. Neither is varied here.
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "support/accelerators.hpp"

#include "configs/schema/resolve.hpp"
#include "configs/share.hpp"
#include "support/draw.hpp"
#include "support/models_gpu_rows.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace scribeline;
using configs::Parameters;
using tests::Draw;

namespace {

constexpr double rounding = 1e-9; // sums of the same terms in another order

std::vector<std::string> machines_without_wafers()
{
    auto found = std::vector<std::string>{};
    for (auto const& name : configs::shipped_machines())
        if (!configs::applies("wafer", configs::machine_parameters(name).machine.kind))
            found.push_back(name);
    return found;
}

struct Times {
    bool          fits   = false;
    double        decode = 0, prefill = 0;
    std::uint32_t tensor = 0, pipeline = 0; // the plan
};

bool same_plan(Times const& a, Times const& b) { return a.tensor == b.tensor && a.pipeline == b.pipeline; }

Times times_of(Parameters p, std::string const& model, std::uint32_t context, std::uint64_t batch)
{
    p.workload.context = context;
    auto const step    = workloads::decode_step(workloads::read_model(model), p.workload);
    auto const run     = tests::run_on_accelerator(step, p, batch);
    return {run.fits(), run.decode.floor.value(), run.prefill.floor.value(), run.decode.tensor, run.decode.pipeline};
}

struct Part {
    char const*                              name;
    std::function<void(Parameters&, double)> faster; // by so much, above 1
};

configs::Share more(configs::Share share, double by) { return {std::min(1.0, share.value * by)}; }

std::vector<Part> parts()
{
    using P = Parameters&;
    return {
        {"gpu.clock", [](P p, double f) { p.gpu.clock = p.gpu.clock * f; }},
        {"gpu.peak_16", [](P p, double f) { p.gpu.peak_16 = p.gpu.peak_16 * f; }},
        {"gpu.peak_8", [](P p, double f) { p.gpu.peak_8 = p.gpu.peak_8 * f; }},
        {"gpu.l2_bandwidth", [](P p, double f) { p.gpu.l2_bandwidth = p.gpu.l2_bandwidth * f; }},
        {"gpu.shared_memory", [](P p, double f) { p.gpu.shared_memory = p.gpu.shared_memory * f; }},
        {"gpu.die_link", [](P p, double f) { p.gpu.die_link = p.gpu.die_link * f; }},
        {"gpu.memory_latency", [](P p, double f) { p.gpu.memory_latency = p.gpu.memory_latency / f; }},
        {"kernels.graph_step", [](P p, double f) { p.kernels.graph_step = p.kernels.graph_step / f; }},
        {"kernels.tensor_share", [](P p, double f) { p.kernels.tensor_share = more(p.kernels.tensor_share, f); }},
        {"kernels.pipeline_share", [](P p, double f) { p.kernels.pipeline_share.value *= f; }},
        {"kernels.loaded_latency", [](P p, double f) { p.kernels.loaded_latency.value /= f; }},
        {"kernels.split_step", [](P p, double f) { p.kernels.split_step = p.kernels.split_step / f; }},
        {"kernels.sm_load_bytes", [](P p, double) { p.kernels.sm_load_bytes *= 2; }},
        {"kernels.sm_shared_bytes", [](P p, double) { p.kernels.sm_shared_bytes *= 2; }},
        {"kernels.special_functions", [](P p, double) { p.kernels.special_functions *= 2; }},
        {"kernels.softmax_overlap",
         [](P p, double f) { p.kernels.softmax_overlap = more(p.kernels.softmax_overlap, f); }},
        {"kernels.convert_rate", [](P p, double) { p.kernels.convert_rate *= 2; }},
        {"kernels.attention_flight",
         [](P p, double f) { p.kernels.attention_flight = p.kernels.attention_flight * f; }},
        {"kernels.attention_skew", [](P p, double) { p.kernels.attention_skew /= 2; }},
        {"nvlink.bandwidth", [](P p, double f) { p.nvlink.bandwidth = p.nvlink.bandwidth * f; }},
        {"nvlink.store_share", [](P p, double f) { p.nvlink.store_share = more(p.nvlink.store_share, f); }},
        {"nvlink.switch_share", [](P p, double f) { p.nvlink.switch_share = more(p.nvlink.switch_share, f); }},
        {"nvlink.copy_share", [](P p, double f) { p.nvlink.copy_share = more(p.nvlink.copy_share, f); }},
        {"nvlink.store_block", [](P p, double f) { p.nvlink.store_block = p.nvlink.store_block * f; }},
        {"nvlink.collective_start", [](P p, double f) { p.nvlink.collective_start = p.nvlink.collective_start / f; }},
        {"nvlink.exchange", [](P p, double f) { p.nvlink.exchange = p.nvlink.exchange / f; }},
        {"nvlink.exchange_peer", [](P p, double f) { p.nvlink.exchange_peer = p.nvlink.exchange_peer / f; }},
        {"nvlink.fence", [](P p, double f) { p.nvlink.fence = p.nvlink.fence / f; }},
        {"nvlink.ring_start", [](P p, double f) { p.nvlink.ring_start = p.nvlink.ring_start / f; }},
        {"nvlink.ring_step", [](P p, double f) { p.nvlink.ring_step = p.nvlink.ring_step / f; }},
        {"nvlink.bulk_start", [](P p, double f) { p.nvlink.bulk_start = p.nvlink.bulk_start / f; }},
        {"sram.bandwidth", [](P p, double f) { p.sram.bandwidth = p.sram.bandwidth * f; }},
        {"sram.peak_16", [](P p, double f) { p.sram.peak_16 = p.sram.peak_16 * f; }},
        {"sram.link_bandwidth", [](P p, double f) { p.sram.link_bandwidth = p.sram.link_bandwidth * f; }},
        {"sram.link_latency", [](P p, double f) { p.sram.link_latency = p.sram.link_latency / f; }},
        {"sram.operator_fixed", [](P p, double f) { p.sram.operator_fixed = p.sram.operator_fixed / f; }},
        {"plain.bandwidth", [](P p, double f) { p.plain.bandwidth = p.plain.bandwidth * f; }},
        {"plain.peak_16", [](P p, double f) { p.plain.peak_16 = p.plain.peak_16 * f; }},
        {"plain.operator_fixed", [](P p, double f) { p.plain.operator_fixed = p.plain.operator_fixed / f; }},
        {"plain.link_bandwidth", [](P p, double f) { p.plain.link_bandwidth = p.plain.link_bandwidth * f; }},
        {"plain.link_latency", [](P p, double f) { p.plain.link_latency = p.plain.link_latency / f; }},
    };
}

} // namespace

TEST_CASE("more context and a larger batch never take less time on any machine without a wafer")
{
    auto const seed = GENERATE(1U, 2U, 3U);
    for (auto const& machine : machines_without_wafers())
        for (auto const* model : {"llama-3.1-8b", "llama-3.1-70b"}) {
            auto       draw    = Draw{seed};
            auto const p       = configs::machine_parameters(machine);
            auto       context = draw.between(2, 500);
            auto       batch   = std::uint64_t{draw.between(1, 4)};
            auto       before  = times_of(p, model, context, batch);
            for (int i = 0; i < 12; ++i) {
                auto const old_context = context;
                auto const old_batch   = batch;
                if (draw.one_in(2))
                    context += draw.one_in(2) ? 1 : draw.between(1, 4000);
                else
                    batch += draw.one_in(2) ? 1 : draw.between(1, 40);
                auto const now = times_of(p, model, context, batch);
                CAPTURE(seed, machine, model, old_context, old_batch, context, batch);
                if (before.fits && now.fits) {
                    CHECK(now.decode >= before.decode * (1 - rounding));
                    if (same_plan(before, now))
                        CHECK(now.prefill >= before.prefill * (1 - rounding));
                } else {
                    CHECK((before.fits || !now.fits)); // nor does more work find room where less did not
                }
                before = now;
            }
        }
}

TEST_CASE("contexts and batches where kernels were once changed at fixed sizes have no step down")
{
    struct Step {
        char const*   machine;
        char const*   model;
        std::uint32_t context, next_context;
        std::uint64_t batch, next_batch;
    };
    for (auto const& at :
         {Step{"b200", "llama-3.1-70b", 8191, 8192, 1, 1}, Step{"h100", "llama-3.1-8b", 600, 1024, 1, 1},
          Step{"h100", "llama-3.1-8b", 512, 512, 1, 2}, Step{"h100", "llama-3.1-8b", 511, 512, 1, 1},
          Step{"a100", "llama-3.1-8b", 1024, 1024, 64, 65}, Step{"h200", "llama-3.1-70b", 8191, 8192, 1, 1},
          Step{"gb200-nvl72", "llama-3.1-70b", 8191, 8192, 1, 1}}) {
        auto const p = configs::machine_parameters(at.machine);
        CAPTURE(at.machine, at.model, at.context, at.next_context, at.batch, at.next_batch);
        CHECK(times_of(p, at.model, at.next_context, at.next_batch).decode >=
              times_of(p, at.model, at.context, at.batch).decode);
    }
}

TEST_CASE("no part that gets faster makes a step slower")
{
    auto const seed = GENERATE(11U, 12U);
    for (auto const& machine : machines_without_wafers()) {
        auto       draw    = Draw{seed};
        auto const p       = configs::machine_parameters(machine);
        auto const context = draw.between(2, 9000);
        auto const batch   = std::uint64_t{draw.between(1, 30)};
        auto const before  = times_of(p, "llama-3.1-8b", context, batch);
        for (auto const& part : parts()) {
            auto const by     = 1 + draw.between(1, 300) / 100.0;
            auto       faster = p;
            part.faster(faster, by);
            auto const now = times_of(faster, "llama-3.1-8b", context, batch);
            CAPTURE(seed, machine, part.name, by, context, batch);
            CHECK(now.decode <= before.decode * (1 + rounding));
            if (same_plan(before, now))
                CHECK(now.prefill <= before.prefill * (1 + rounding));
        }
    }
}

TEST_CASE("kernels by themselves take no less time for more rows, tokens or bytes")
{
    auto const seed = GENERATE(21U, 22U, 23U);
    for (auto const* machine : {"a100", "h100", "b200", "rubin-nvl72"}) {
        auto const device = tests::shipped_gpu(machine);
        auto const links  = configs::machine_parameters(machine).nvlink;
        auto       draw   = Draw{seed};
        for (int i = 0; i < 300; ++i) {
            auto const launch = draw.one_in(2) ? models::Launch::single : models::Launch::graph;
            auto const bits   = draw.of(std::vector<std::uint32_t>{8, 16});
            auto const keys   = draw.of(std::vector<std::uint32_t>{1, 2, 8, 32});
            auto const heads  = keys * draw.of(std::vector<std::uint32_t>{1, 4, 8});
            auto const grown  = [&](std::uint32_t value) {
                return value + (draw.one_in(2) ? 1 : draw.between(1, 3000));
            };
            auto const batch = draw.between(1, 300), context = draw.between(1, 20000);
            auto const more_batch   = draw.one_in(2) ? batch : grown(batch);
            auto const more_context = grown(context);
            CAPTURE(seed, machine, i, bits, keys, heads, batch, context, more_batch, more_context);

            auto const decode = [&](std::uint64_t b, std::uint64_t c) {
                return models::decode_attention(device, {b, heads, keys, 128, c, bits, 0}, launch).time.total().value();
            };
            CHECK(decode(more_batch, more_context) >= decode(batch, context) * (1 - rounding));
            auto const prefill = [&](std::uint64_t b, std::uint64_t t) {
                return models::prefill_attention(device, {b, heads, keys, 128, t, bits}, launch).time.total().value();
            };
            CHECK(prefill(more_batch, more_context) >= prefill(batch, context) * (1 - rounding));
            auto const product = [&](std::uint64_t m, std::uint64_t n) {
                auto const narrow = draw.of(std::vector<std::uint32_t>{4, 8, 16});
                return [&device, m, n, narrow](std::uint64_t more_m, std::uint64_t more_n) {
                    auto const of = [&](std::uint64_t rows, std::uint64_t columns) {
                        return models::matrix_product(device, {rows, columns, 4096, narrow, narrow, false},
                                                      models::Launch::graph)
                            .time.total()
                            .value();
                    };
                    return of(more_m, more_n) >= of(m, n) * (1 - rounding);
                };
            };
            CHECK(product(batch, context)(more_batch, more_context));
            auto const gpus    = draw.between(2, std::min(links.domain, 8U));
            auto const bytes   = configs::Bytes{64.0 * context};
            auto const reduced = [&](std::uint32_t n, configs::Bytes b) {
                return models::all_reduce(links, configs::AllReduce::fastest, n, b).total().value();
            };
            CHECK(reduced(gpus, configs::Bytes{64.0 * more_context}) >= reduced(gpus, bytes) * (1 - rounding));
        }
    }
}
