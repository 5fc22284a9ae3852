// A step of decode as SystemC modules takes what models/gpu says it takes; bytes asked for are bytes served; and the
// global quantum changes nothing.
#include "configs/schema/resolve.hpp"
#include "models/gpu/gpu_step.hpp"
#include "models/gpu/memory_rate.hpp"
#include "models/gpu_system.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdio>

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
    StepOutcome  plain;
    GpuSystemRun system;
};

Both run(Setting const& s, Picoseconds quantum = 1'000'000)
{
    auto p             = configs::machine_parameters(s.machine);
    p.workload.context = s.context;
    auto const step    = workloads::decode_step(workloads::read_model(s.model), p.workload);
    auto const share   = sustained_share(p.gpu);
    return {decode_on_gpus(step, p, share, s.plan, s.batch),
            run_gpu_system_apart(step, p, share, s.plan, s.batch, quantum)};
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
    auto const near = [](std::uint64_t counted, double expected) {
        CHECK(static_cast<double>(counted) == Approx(expected).epsilon(1e-6));
    };
    near(both.system.hbm.served(Traffic::weights), both.plain.weights.value());
    near(both.system.hbm.served(Traffic::kv), both.plain.kv.value());
    near(both.system.hbm.served(Traffic::activations), both.plain.vectors.value());
    CHECK(both.system.hbm.served(Traffic::collectives) == 0);
    // Two vectors of hidden elements of 2 bytes a layer and sequence, and one of 8 for the largest logits: 8 GPUs.
    CHECK(both.system.links.served(Traffic::collectives) == 8ull * 4 * (80 * 2 * 8192 * 2 + 8 * 2));
    CHECK(both.system.hbm_occupied.value() < 8 * both.system.time.value());
}

TEST_CASE("the quantum changes neither times nor bytes")
{
    auto const setting = Setting{"h100", "llama-3.1-8b", 4096, {4, 2}, 4};
    auto const exact   = run(setting, 1'000).system;
    for (Picoseconds const quantum : {100'000ull, 1'000'000ull, 1'000'000'000ull}) {
        auto const coarse = run(setting, quantum).system;
        CHECK(coarse.time == exact.time);
        CHECK(coarse.hbm_occupied == exact.hbm_occupied);
        CHECK(coarse.transactions == exact.transactions);
        CHECK(coarse.hbm.served() == exact.hbm.served());
    }
}

TEST_CASE("a step of a 70B model on eight GPUs is simulated in under a second")
{
    auto const begin = std::chrono::steady_clock::now();
    auto const both  = run({"h100", "llama-3.1-70b", 8192, {8, 1}, 1});
    auto const took  = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    CHECK(both.system.transactions > 8 * 80 * 10);
    CHECK(took < 1);
}
