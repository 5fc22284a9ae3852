// A step of decode as SystemC modules takes what models/gpu says it takes; bytes asked for are bytes served; and the
// global quantum changes nothing.
#include "configs/schema/resolve.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/gpu/gpu_system.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

using namespace scribeline;
using namespace scribeline::models;

namespace {

struct Setting {
    char const*   machine;
    char const*   model;
    std::uint32_t context;
    GpuPlan       plan;
    std::uint64_t batch;
};

struct Both {
    StepOutcome      plain;
    GpuSystemRun     system;
    TransactionTrace trace;
};

Both run(Setting const& s, GpuSystemOptions const& options = {}, std::string const& tier = "none")
{
    auto p             = configs::machine_parameters(s.machine);
    p.workload.context = s.context;
    p.gpu.kv_tier      = tier;
    p.gpu.weights_tier = tier;
    auto const step    = workloads::decode_step(workloads::read_model(s.model), p.workload);
    auto const share   = sustained_share(p.gpu);
    auto const plain   = decode_on_gpus(step, p, share, s.plan, s.batch);
    auto       system  = run_gpu_system_apart(step, p, share, s.plan, s.batch, options);
    return {plain, system.run, std::move(system.trace)};
}

void near(std::uint64_t counted, double expected)
{
    CHECK(static_cast<double>(counted) == Approx(expected).epsilon(1e-6));
}

} // namespace

TEST_CASE("GPUs, HBM and NVLink as modules take the time of the plain model, within half a per cent")
{
    for (auto const& each :
         {Setting{"h100", "llama-3.1-8b", 4096, {1, 1}, 1}, Setting{"h100", "llama-3.1-70b", 8192, {8, 1}, 1},
          Setting{"h100", "llama-3.1-70b", 8192, {8, 1}, 32}, Setting{"b200", "llama-3.1-70b", 32768, {4, 2}, 8},
          Setting{"a100", "llama-2-7b", 1024, {2, 1}, 4}, Setting{"rubin-nvl72", "llama-3.1-405b", 8192, {8, 4}, 4}}) {
        auto const both  = run(each);
        auto const plain = both.plain.floor.value(), system = both.system.time.value();
        CAPTURE(each.machine, each.model, each.plan.tensor, each.plan.pipeline, each.batch, plain, system);
        std::printf("%-12s %-15s tensor %u, pipeline %u, batch %2llu: plain %8.3f ms, modules %8.3f ms, %+.3f %%\n",
                    each.machine, each.model, each.plan.tensor, each.plan.pipeline,
                    static_cast<unsigned long long>(each.batch), plain * 1e3, system * 1e3, 100 * (system / plain - 1));
        CHECK(system == Approx(plain).epsilon(0.005));
        CHECK(system >= plain * (1 - 1e-6)); // rounded to picoseconds
    }
}

TEST_CASE("bytes asked for are bytes served, of each kind, and are those of the plain model")
{
    auto const both = run({"h100", "llama-3.1-70b", 8192, {8, 1}, 4});
    CHECK(both.system.books().balanced());
    auto const& hbm = both.system.of(GpuTier::hbm);
    near(hbm.books.served(Traffic::weights), both.plain.weights.value());
    near(hbm.books.served(Traffic::kv), both.plain.kv.value());
    near(hbm.books.served(Traffic::activations), both.plain.vectors.value());
    CHECK(hbm.books.served(Traffic::collectives) == 0);
    // Two vectors of hidden elements of 2 bytes a layer and sequence, and one of 8 for the largest logits: 8 GPUs.
    CHECK(both.system.of(GpuTier::nvlink).books.served(Traffic::collectives) == 8ull * 4 * (80 * 2 * 8192 * 2 + 8 * 2));
    CHECK(both.system.hbm_occupied().value() < 8 * both.system.time.value());
}

TEST_CASE("what a step writes goes out as writes: new keys and values, and the vectors that kernels leave")
{
    auto const  both = run({"h100", "llama-3.1-70b", 8192, {8, 1}, 4});
    auto const& hbm  = both.system.of(GpuTier::hbm);
    CHECK(hbm.written.served(Traffic::weights) == 0);
    CHECK(hbm.written.served(Traffic::kv) == 4ull * 80 * 2 * 8 * 128 * 2); // 8 key heads of 128 elements of 2 bytes
    auto const written = hbm.written.served(Traffic::activations);
    auto const all     = hbm.books.served(Traffic::activations);
    CHECK(written > all / 4);
    CHECK(written < all * 3 / 4);
    auto expected = 0.0;
    for (auto const& op : both.plain.operators)
        expected += op.vectors_written.value();
    near(written, expected);
    // All that passes a link is sent.
    auto const& links = both.system.of(GpuTier::nvlink);
    CHECK(links.written.served() == links.books.served());
}

TEST_CASE("transfers that are kept add up to the counters of their targets, by kind, in order, and at most so many")
{
    auto const  setting = Setting{"h100", "llama-3.1-8b", 4096, {4, 2}, 4};
    auto const  both    = run(setting, {1'000'000, 1'000'000});
    auto const& trace   = both.trace;
    CHECK(trace.dropped == 0);
    CHECK(trace.records.size() == both.system.transactions());
    CHECK(trace.initiators.size() == 8);
    CHECK(trace.targets.size() == 16);
    std::array<TrafficBooks, gpu_tiers>     all, written;
    std::array<LatencyHistogram, gpu_tiers> latency;
    auto                                    before = Picoseconds{0};
    for (auto const& each : trace.records) {
        CHECK(each.issue >= before);
        before = each.issue;
        CHECK(each.started >= each.issue);
        CHECK(each.done > each.started);
        REQUIRE(each.target < trace.targets.size());
        REQUIRE(each.initiator < trace.initiators.size());
        auto const& target = trace.targets[each.target];
        CHECK(trace.initiators[each.initiator].back() == target.back()); // each GPU has memory and link of its own
        auto const tier = target.find("hbm") == 0 ? GpuTier::hbm : GpuTier::nvlink;
        CHECK((tier == GpuTier::nvlink) == (target.find("nvlink") == 0));
        auto const at = static_cast<std::size_t>(tier);
        all[at].serve(each.traffic, each.bytes);
        if (each.write)
            written[at].serve(each.traffic, each.bytes);
        latency[at].add(each.done - each.issue);
    }
    for (auto const tier : {GpuTier::hbm, GpuTier::nvlink}) {
        auto const  at    = static_cast<std::size_t>(tier);
        auto const& which = both.system.of(tier);
        for (std::size_t i = 0; i < traffic_kinds; ++i) {
            CHECK(all[at].served(static_cast<Traffic>(i)) == which.books.served(static_cast<Traffic>(i)));
            CHECK(written[at].served(static_cast<Traffic>(i)) == which.written.served(static_cast<Traffic>(i)));
        }
        CHECK(latency[at].counts() == which.latency.counts());
    }
    auto const few = run(setting, {1'000'000, 100}).trace;
    REQUIRE(few.records.size() == 100);
    CHECK(few.dropped == both.system.transactions() - 100);
    for (std::size_t i = 0; i < 100; ++i)
        CHECK(few.records[i].key() == trace.records[i].key());
    CHECK(run(setting).trace.records.empty());
}

TEST_CASE("weights, keys and values in the host's memory are fetched layer by layer, in the time of the plain model")
{
    for (auto const& each :
         {Setting{"h100", "llama-3.1-8b", 8192, {1, 1}, 64}, Setting{"h100", "llama-3.1-70b", 8192, {1, 1}, 1},
          Setting{"h100", "llama-3.1-405b", 8192, {4, 2}, 2},
          Setting{"rubin-nvl72", "llama-3.1-405b", 8192, {2, 1}, 4}}) {
        auto const  both  = run(each, {}, each.machine == std::string{"h100"} ? "ddr5_6400_12ch" : "vera_lpddr5x");
        auto const& host  = both.system.of(GpuTier::host);
        auto const  plain = both.plain.floor.value(), system = both.system.time.value();
        CAPTURE(each.machine, each.model, each.plan.tensor, each.plan.pipeline, each.batch, plain, system);
        std::printf("%-12s %-15s with the host: plain %8.3f ms, modules %8.3f ms, %+.3f %%\n", each.machine, each.model,
                    plain * 1e3, system * 1e3, 100 * (system / plain - 1));
        REQUIRE(both.plain.footprint.fits());
        CHECK(system == Approx(plain).epsilon(0.01));
        CHECK(both.system.books().balanced());
        auto const& memory              = both.plain.footprint;
        auto const  gpus                = static_cast<double>(each.plan.devices());
        auto const  near_a_byte_a_layer = [&](std::uint64_t counted, double expected) {
            CHECK(std::abs(static_cast<double>(counted) - expected) <= 80 * gpus);
        };
        near_a_byte_a_layer(host.books.served(Traffic::weights), memory.weights_offloaded.value() * gpus);
        near_a_byte_a_layer(host.books.served(Traffic::kv), memory.offloaded.value() * gpus / each.plan.pipeline);
        CHECK(host.books.served() > 0);
        CHECK(host.written.served() == 0);
        CHECK(host.latency.count() == host.transactions);
        CHECK(host.waiting.longest() > 0); // fetches queue behind one another
    }
}

TEST_CASE("the quantum changes neither times nor bytes")
{
    auto const setting = Setting{"h100", "llama-3.1-8b", 4096, {4, 2}, 4};
    auto const exact   = run(setting, {1'000, 500});
    for (Picoseconds const quantum : {100'000ull, 1'000'000ull, 1'000'000'000ull}) {
        auto const coarse = run(setting, {quantum, 500});
        CHECK(coarse.system.time == exact.system.time);
        CHECK(coarse.system.hbm_occupied() == exact.system.hbm_occupied());
        CHECK(coarse.system.transactions() == exact.system.transactions());
        CHECK(coarse.system.of(GpuTier::hbm).books.served() == exact.system.of(GpuTier::hbm).books.served());
        REQUIRE(coarse.trace.records.size() == 500); // the first by time, not by when a thread came to them
        CHECK(coarse.trace.targets == exact.trace.targets);
        for (std::size_t i = 0; i < 500; ++i)
            CHECK(coarse.trace.records[i].key() == exact.trace.records[i].key());
    }
}

TEST_CASE("a step of a 70B model on eight GPUs is simulated in under a second")
{
    auto const begin = std::chrono::steady_clock::now();
    auto const both  = run({"h100", "llama-3.1-70b", 8192, {8, 1}, 1});
    auto const took  = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    CHECK(both.system.transactions() > 8 * 80 * 10);
    CHECK(took < 1);
}
