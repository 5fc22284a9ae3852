// Keys and values beyond the HBM against what can be worked out by hand.
#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "models/gpu/accelerator.hpp"
#include "models/gpu/host_offload.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;
using configs::Bytes;
using configs::Seconds;

namespace {

configs::Parameters h100(std::string const& tier, std::uint32_t context = 8192)
{
    auto p             = configs::machine_parameters("h100");
    p.gpu.kv_tier      = tier;
    p.workload.context = context;
    return p;
}

Footprint too_much(double missing_gb)
{
    auto f     = Footprint{};
    f.weights  = Bytes{30e9};
    f.kv       = Bytes{48e9 + missing_gb * 1e9};
    f.runtime  = Bytes{2e9};
    f.capacity = Bytes{80e9};
    return f;
}

workloads::DecodeStep step_of(configs::Parameters const& p)
{
    return workloads::decode_step(workloads::read_model("llama-3.1-8b"), p.workload);
}

} // namespace

TEST_CASE("what lies beyond the HBM is what is missing, and what its buffers take")
{
    auto const p = h100("ddr5_4800_8ch");
    auto       f = too_much(10);
    offload(f, p, 32, Bytes{});
    CHECK(f.offloaded.value() == Approx(10e9 / (1 - 2.0 / 32)).epsilon(1e-3));
    CHECK(f.buffers.value() == Approx(f.offloaded.value() * 2 / 32));
    CHECK(f.needed().value() == Approx(80e9).epsilon(1e-4));
    CHECK(f.fits());
}

TEST_CASE("nothing moves without a tier, without need, or to a tier that is too small")
{
    auto f = too_much(10);
    offload(f, h100("none"), 32, Bytes{});
    CHECK(f.offloaded.value() == 0);
    CHECK_FALSE(f.fits());
    auto small = too_much(-1);
    offload(small, h100("ddr5_4800_8ch"), 32, Bytes{});
    CHECK(small.offloaded.value() == 0);
    auto large = too_much(100); // an eighth of 512 GB is 64
    offload(large, h100("ddr5_4800_8ch"), 32, Bytes{});
    CHECK(large.offloaded.value() == 0);
    CHECK_FALSE(large.fits());
}

TEST_CASE("where fetching is slower than computing, a step takes what the slower of tier and link takes")
{
    // 8 layers of 1 GB each, prefetched: the first is fetched before anything computes, the last computes alone.
    auto f            = Footprint{};
    f.offloaded       = Bytes{8e9};
    auto const waited = [&](std::string const& tier, Seconds compute) {
        return wait_for_host(f, h100(tier), 8, compute).value();
    };
    auto const compute = Seconds{8e-3};
    // DRAM of 307.2 GB/s among 8 GPUs is 38.4 GB/s, below the 55 GB/s of the link.
    CHECK(waited("ddr5_4800_8ch", compute) == Approx(8 / 38.4 - 7e-3).epsilon(0.01));
    // Drives of 53.6 GB/s among 8: 6.7 GB/s.
    CHECK(waited("nvme_gen5", compute) == Approx(8 / 6.7 - 7e-3).epsilon(0.01));
    // Half a second a layer hides all but the first fetch.
    CHECK(waited("ddr5_4800_8ch", Seconds{4}) == Approx(1 / 38.4).epsilon(0.01));
    // Alone on the host, a GPU is bound by its link.
    auto alone          = h100("ddr5_4800_8ch");
    alone.gpu.host_gpus = 1;
    CHECK(wait_for_host(f, alone, 8, compute).value() == Approx(8 / 55.0 - 7e-3).epsilon(0.01));
}

TEST_CASE("a cache that HBM does not hold fits with a tier, and waiting for it is a part of its own")
{
    std::uint64_t const batch = 64; // x 8192 tokens x 128 KiB = 69 GB beside 16 GB of weights
    auto const          run   = [&](std::string const& tier) {
        auto p        = h100(tier);
        p.gpu.devices = 1;
        return run_on_gpus(step_of(p), p, batch);
    };
    auto const without = run("none"), dram = run("ddr5_4800_8ch"), drives = run("nvme_gen5");
    CHECK_FALSE(without.fits());
    REQUIRE(dram.fits());
    REQUIRE(drives.fits());
    auto const waits = [](StepOutcome const& o) {
        return o.parts[static_cast<std::size_t>(StepPart::host_memory)].value();
    };
    CHECK(waits(without.decode) == 0);
    CHECK(waits(dram.decode) > 0);
    CHECK(waits(drives.decode) > waits(dram.decode));
    CHECK(sum_of(dram.decode.parts).value() == Approx(dram.decode.floor.value()));
    CHECK(dram.decode.floor.value() == Approx(without.decode.floor.value() + waits(dram.decode)));
    // All of it is read once a token, over the slower of tier and link.
    auto const least = dram.decode.footprint.offloaded.value() / 38.4e9;
    CHECK(dram.decode.floor.value() >= least);
}

TEST_CASE("a cache that fits is timed as without a tier")
{
    auto const run = [](std::string const& tier) {
        auto const p = h100(tier);
        return run_on_gpus(step_of(p), p, 4);
    };
    CHECK(run("ddr5_4800_8ch").decode.floor == run("none").decode.floor);
    CHECK(run("ddr5_4800_8ch").prefill.floor == run("none").prefill.floor);
}

TEST_CASE("every tier that comes with the program may be asked for by name")
{
    for (auto const& tier : shipped_tiers()) {
        auto p = configs::default_parameters();
        CHECK_NOTHROW(configs::find_row("gpu.kv_tier")->set(p, tier.name));
        CHECK(p.gpu.kv_tier == tier.name);
    }
}

TEST_CASE("degrees of parallelism may be asked for, and one that does not divide the heads is refused")
{
    auto p       = h100("none");
    p.gpu.tensor = 2;
    CHECK(run_on_gpus(step_of(p), p, 1).decode.tensor == 2);
    p.gpu.pipeline = 2;
    CHECK(run_on_gpus(step_of(p), p, 4).decode.pipeline == 2);
    p.gpu.tensor = 3;
    CHECK_THROWS_WITH(run_on_gpus(step_of(p), p, 1), Catch::Matchers::Contains("does not divide the 32 heads"));
}
