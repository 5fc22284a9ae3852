// Does a whole step of decode take the time that was measured? And do other devices than the H100 read and multiply as
// fast as they were measured to?
#include "models/gpu/accelerator.hpp"
#include "models/gpu/forms/attention.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/matrix_product.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "support/models_gpu_rows.hpp"

#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>
#include <tuple>

using namespace scribeline;

namespace {

models::StepOutcome decoded(tests::GpuRow const& row)
{
    auto p                    = configs::machine_parameters(row.at("machine"));
    p.workload.context        = static_cast<std::uint32_t>(std::stoul(row.at("context")));
    p.workload.weight_bits    = static_cast<std::uint32_t>(std::stoul(row.at("bits")));
    p.nvlink.all_reduce       = configs::AllReduce::ring; // of NCCL, which the runs used
    p.gpu.lm_head_cut         = false;                    // gpt-fast
    auto const          step  = workloads::decode_step(workloads::read_model(row.at("model")), p.workload);
    auto const          gpus  = static_cast<std::uint32_t>(std::stoul(row.at("gpus")));
    auto const          share = models::sustained_share(p.gpu);
    std::uint64_t const batch = std::stoull(row.at("batch"));
    return models::decode_on_gpus(step, p, share, {gpus, 1}, batch);
}

} // namespace

TEST_CASE("static decode on A100s takes the time that was measured")
{
    auto mean = 0.0;
    int  rows = 0;
    for (auto const& row : tests::published_gpu_rows()) {
        if (row.at("kind") != "gpu_decode")
            continue;
        auto const outcome   = decoded(row);
        auto const modelled  = outcome.floor.value() * 1e3;
        auto const measured  = std::stod(row.at("value"));
        auto const deviation = 100 * (modelled / measured - 1);
        std::printf("%-28s %6.2f ms, measured %6.2f ms: %+5.1f %% (weights %.2f, kv %.2f, kernels %.2f, all-reduce "
                    "%.2f)\n",
                    row.at("case_id").c_str(), modelled, measured, deviation, outcome.parts[0].value() * 1e3,
                    outcome.parts[1].value() * 1e3, outcome.parts[3].value() * 1e3, outcome.parts[4].value() * 1e3);
        CAPTURE(row.at("case_id"), modelled, measured);
        CHECK(row.at("unit") == "ms");
        CHECK(std::fabs(deviation) <= std::stod(row.at("tolerance_percent")));
        CHECK(outcome.footprint.fits());
        mean += std::fabs(deviation);
        ++rows;
    }
    REQUIRE(rows == 7);
    CHECK(mean / rows < 5);
}

TEST_CASE("matrix-vector products on other devices reach the bandwidth that was measured")
{
    // Fixed part and bandwidth of measured products, m = 1 (ai-dynamo/aiconfigurator). The bytes in flight of the A100
    // were set by its bandwidth; no constant by those of H200 and B200.
    struct Measured {
        char const* machine;
        double      fixed_us, bandwidth;
    };
    for (auto const& each : {Measured{"a100", 4.1, 1570e9}, Measured{"h200", 4.3, 4208e9},
                             Measured{"b200", 3.7, 6203e9}, Measured{"h100", 3.5, 2841e9}}) {
        auto const device   = tests::shipped_gpu(each.machine);
        auto const product  = models::MatrixProduct{1, 16384, 16384, 16, 16, false};
        auto const modelled = models::matrix_product(device, product, models::Launch::single).time.total().value();
        auto const measured = each.fixed_us * 1e-6 + 2.0 * 16384 * 16384 / each.bandwidth;
        std::printf("%-5s 1 x 16384 x 16384: %6.1f us, measured %6.1f us: %+5.1f %%\n", each.machine, modelled * 1e6,
                    measured * 1e6, 100 * (modelled / measured - 1));
        CAPTURE(each.machine, modelled, measured);
        CHECK(std::fabs(modelled / measured - 1) < 0.12);
    }
}

TEST_CASE("devices of two generations read keys and values, and multiply, as fast as the best that was measured")
{
    // Best of measured rows (ai-dynamo/aiconfigurator): bytes of keys and values a second, and FLOP a second. The
    // B200's shares of its arithmetic were set by two of them (docs/gpu.md).
    struct Measured {
        char const* machine;
        double      kv, peak_16, peak_8, peak_4;
    };
    for (auto const& each : {Measured{"h100", 3050e9, 854e12, 1507e12, 0}, Measured{"h200", 4374e9, 861e12, 1534e12, 0},
                             Measured{"b200", 7302e9, 1716e12, 3151e12, 4547e12},
                             Measured{"gb200-nvl72", 7508e9, 1929e12, 3493e12, 5202e12}}) {
        auto const device    = tests::shipped_gpu(each.machine);
        auto const attention = models::decode_attention(device, {256, 64, 8, 128, 8192, 16}, models::Launch::single);
        auto const rate      = (attention.kv / attention.time.total()).value();
        std::printf("%-12s decode attention %5.0f GB/s, measured at best %5.0f: %+5.1f %%;", each.machine, rate * 1e-9,
                    each.kv * 1e-9, 100 * (rate / each.kv - 1));
        CAPTURE(each.machine);
        CHECK(std::fabs(rate / each.kv - 1) < 0.08);
        for (auto const& [bits, measured] :
             {std::pair{16U, each.peak_16}, std::pair{8U, each.peak_8}, std::pair{4U, each.peak_4}}) {
            if (measured == 0)
                continue;
            auto const product =
                models::matrix_product(device, {8192, 65536, 8192, bits, bits, bits < 16}, models::Launch::single);
            auto const reached = (product.flops / product.time.total()).value();
            std::printf(" %u bits %4.0f TFLOP/s, %4.0f: %+5.1f %%", bits, reached * 1e-12, measured * 1e-12,
                        100 * (reached / measured - 1));
            CHECK(std::fabs(reached / measured - 1) < 0.15);
        }
        std::printf("\n");
    }
    // Of prompts, causal: FLOP a second with 16 and 8 bits.
    for (auto const& [machine, measured_16, measured_8] :
         {std::tuple{"h100", 541e12, 740e12}, std::tuple{"b200", 1184e12, 1452e12}})
        for (auto const& [bits, measured] : {std::pair{16U, measured_16}, std::pair{8U, measured_8}}) {
            auto const time    = models::prefill_attention(tests::shipped_gpu(machine), {4, 64, 8, 128, 16384, bits},
                                                           models::Launch::single);
            auto const reached = (time.flops / time.time.total()).value();
            std::printf("%-12s prefill attention, %2u bits %5.0f TFLOP/s, measured at best %5.0f: %+5.1f %%\n", machine,
                        bits, reached * 1e-12, measured * 1e-12, 100 * (reached / measured - 1));
            CAPTURE(machine, bits);
            CHECK(std::fabs(reached / measured - 1) < 0.1);
        }
}

TEST_CASE("a step of a 70B model on eight GPUs reads its weights at the rate of their memory")
{
    auto p             = configs::machine_parameters("h100");
    p.workload.context = 8192;
    auto const step    = workloads::decode_step(workloads::read_model("llama-3.1-70b"), p.workload);
    auto const run     = models::run_on_gpus(step, p, 1);
    CHECK(run.fits());
    CHECK(run.decode.tensor == 8);
    // A token of the 70B model: 139 GB of weights over eight GPUs at some 2.8 TB/s each, and the rest above that.
    CHECK(run.decode.floor.value() > 139e9 / (8 * 3.35e12));
    CHECK(run.decode.floor.value() < 2 * 139e9 / (8 * 3.35e12));
    // Between two steps the engine works: by step, by layer, by request.
    auto const& engine = p.engine;
    CHECK((run.decode.served - run.decode.floor).value() ==
          Approx((engine.step_overhead + engine.layer_overhead * 80 + engine.request_overhead).value()));
}
