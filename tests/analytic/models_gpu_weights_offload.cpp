// Weights beyond the HBM against what can be worked out by hand.
#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "models/gpu/accelerator.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/gpu/host_offload.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;
using configs::Bytes;
using configs::Seconds;

namespace {

// One GPU alone on its host.
configs::Parameters one_h100(std::string const& tier)
{
    auto p             = configs::machine_parameters("h100");
    p.gpu.devices      = 1;
    p.gpu.host_gpus    = 1;
    p.gpu.weights_tier = tier;
    p.workload.context = 8192;
    return p;
}

workloads::DecodeStep step_of(configs::Parameters const& p, std::string const& model = "llama-3.1-70b")
{
    return workloads::decode_step(workloads::read_model(model), p.workload);
}

double waits(StepOutcome const& o) { return o.parts[static_cast<std::size_t>(StepPart::host_memory)].value(); }

} // namespace

TEST_CASE("a model whose weights HBM does not hold fits with a tier, as little as makes it fit lies there")
{
    auto const p = one_h100("ddr5_6400_12ch");
    CHECK_FALSE(run_on_gpus(step_of(one_h100("none")), one_h100("none"), 1).fits());
    auto const run    = run_on_gpus(step_of(p), p, 1);
    auto const memory = run.decode.footprint;
    REQUIRE(run.fits());
    CHECK(memory.offloaded.value() == 0);
    CHECK(memory.needed().value() == Approx(80e9).epsilon(1e-4));
    // Of 80 layers, two have buffers: the one that computes and the next.
    CHECK(memory.buffers.value() == Approx(memory.weights_offloaded.value() * 2 / 80));
    CHECK(
        memory.weights_offloaded.value() ==
        Approx((memory.weights + memory.kv + memory.runtime - memory.capacity).value() / (1 - 2.0 / 80)).epsilon(1e-4));
}

TEST_CASE("streamed weights take what the slower of link and tier takes, and computing where that is slower")
{
    // 65.8 GB missing, and their buffers: 67.4 GB over a link of 55 GB/s, the last layer computes alone.
    auto const p      = one_h100("ddr5_6400_12ch");
    auto const run    = run_on_gpus(step_of(p), p, 1);
    auto const beyond = run.decode.footprint.weights_offloaded.value();
    CHECK(run.decode.floor.value() == Approx(beyond / 55e9).epsilon(0.01));
    CHECK(run.decode.floor.value() >= beyond / 55e9);
    CHECK(run.decode.bound_by == std::string{"host_memory"});
    CHECK(sum_of(run.decode.parts).value() == Approx(run.decode.floor.value()));

    // Over a link of 10 TB/s the tier's 614 GB/s count; a batch that computes longer than that hides them.
    auto fast             = p;
    fast.nvlink.host_link = configs::BytesPerSecond{10e12};
    CHECK(run_on_gpus(step_of(fast), fast, 1).decode.floor.value() == Approx(beyond / 614.4e9).epsilon(0.02));
    // Drives of 53.6 GB/s are slower than the link of 55.
    auto const drives = one_h100("nvme_gen5");
    CHECK(run_on_gpus(step_of(drives), drives, 1).decode.floor.value() == Approx(beyond / 53.6e9).epsilon(0.02));
}

TEST_CASE("a prompt hides the fetch of weights behind its arithmetic, and without prefetch nothing does")
{
    auto const p   = one_h100("ddr5_6400_12ch");
    auto const run = run_on_gpus(step_of(p), p, 1); // 8,192 tokens: some 1.5 s of arithmetic
    CHECK(waits(run.prefill) < 0.1 * run.prefill.floor.value());
    auto alone                 = p;
    alone.gpu.weights_prefetch = 0;
    auto const each            = run_on_gpus(step_of(alone), alone, 1);
    auto const beyond          = each.decode.footprint.weights_offloaded.value();
    CHECK(each.decode.footprint.buffers.value() == Approx(beyond / 80));
    CHECK(waits(each.decode) == Approx(beyond / 55e9).epsilon(0.001));
    CHECK(waits(each.prefill) == Approx(beyond / 55e9).epsilon(0.001));
}

TEST_CASE("weights that no tier holds are refused, and so are those outside of layers")
{
    // An eighth of 512 GB is 64; 65.8 GB are missing.
    auto shared          = one_h100("ddr5_4800_8ch");
    shared.gpu.host_gpus = 8;
    CHECK_FALSE(run_on_gpus(step_of(shared), shared, 1).fits());
    // Embedding and head of 2.1 GB each stay, beside the runtime.
    auto tiny       = one_h100("ddr5_6400_12ch");
    tiny.gpu.memory = Bytes{5e9};
    CHECK_FALSE(run_on_gpus(step_of(tiny), tiny, 1).fits());
    CHECK_THROWS_WITH(tier_of_one_gpu(tiny, "tape"), Catch::Matchers::Contains("is no memory tier"));
}

TEST_CASE("keys and values go first where both may go, and share a tier that both name")
{
    auto p          = one_h100("ddr5_6400_12ch");
    p.gpu.kv_tier   = "ddr5_6400_12ch";
    auto const step = step_of(p);
    auto const run  = run_on_gpus(step, p, 32); // 86 GB of keys and values
    REQUIRE(run.fits());
    auto const memory = run.decode.footprint;
    CHECK(memory.offloaded == memory.kv);
    CHECK(memory.weights_offloaded.value() > 60e9);
    // Both pass one link.
    auto const beyond = memory.offloaded.value() + memory.weights_offloaded.value();
    CHECK(run.decode.floor.value() == Approx(beyond / 55e9).epsilon(0.02));
    // Where keys and values alone make room, no weights go.
    auto const small = run_on_gpus(step_of(p, "llama-3.1-8b"), p, 80);
    REQUIRE(small.fits());
    CHECK(small.decode.footprint.offloaded.value() > 0);
    CHECK(small.decode.footprint.weights_offloaded.value() == 0);
}

TEST_CASE("weights that fit are timed as without a tier, whichever tier it is")
{
    for (auto const& tier : shipped_tiers()) {
        auto p = configs::default_parameters();
        CHECK_NOTHROW(configs::find_row("gpu.weights_tier")->set(p, tier.name));
        auto const with = one_h100(tier.name), without = one_h100("none");
        CHECK(run_on_gpus(step_of(with, "llama-3.1-8b"), with, 1).decode.floor ==
              run_on_gpus(step_of(without, "llama-3.1-8b"), without, 1).decode.floor);
    }
}
