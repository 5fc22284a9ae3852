// How a model may be cut over GPUs, and what is refused.
#include "models/gpu/accelerator.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "models/sram/stream_step.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;
using models::GpuPlan;

namespace {

configs::Parameters machine(char const* name, char const* model, std::uint32_t context = 4096)
{
    auto p             = configs::machine_parameters(name);
    p.workload.model   = model;
    p.workload.context = context;
    return p;
}

workloads::DecodeStep step_of(configs::Parameters const& p)
{
    return workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
}

} // namespace

TEST_CASE("tensor parallelism must divide heads, key heads and the feed-forward, and the refusal names what does")
{
    auto const p     = machine("h100", "llama-3.1-70b");
    auto const shape = workloads::read_model("llama-3.1-70b");
    CHECK(models::tensor_degrees(shape, 8) == std::vector<std::uint32_t>{1, 2, 4, 8});
    CHECK_THROWS_WITH(models::require_possible({3, 1}, shape, p),
                      Contains("tensor parallelism of 3: does not divide the 64 heads of llama-3.1-70b") &&
                          Contains("1, 2, 4, 8"));
    CHECK_THROWS_WITH(models::require_possible({16, 1}, shape, p), Contains("NVLink joins 8 GPUs"));
    CHECK_THROWS_WITH(models::require_possible({8, 2}, shape, p), Contains("the machine has 8"));
    CHECK_THROWS_WITH(models::require_possible({1, 81}, shape, p), Contains("has 80 layers"));
    CHECK_NOTHROW(models::require_possible({4, 2}, shape, p));
    try {
        models::require_possible({3, 1}, shape, p);
        FAIL("not refused");
    } catch (configs::UserError const& error) {
        CHECK(error.code() == configs::Exit::bad_config);
    }
}

TEST_CASE("more GPUs than key heads hold each of them more than once")
{
    auto const p     = machine("gb200-nvl72", "llama-3.1-70b");
    auto const shape = workloads::read_model("llama-3.1-70b"); // 8 key heads
    auto const step  = step_of(p);
    CHECK(models::kv_heads_of_one({4, 1}, shape.kv_heads) == 2);
    CHECK(models::kv_heads_of_one({16, 1}, shape.kv_heads) == 1);
    auto const eight   = models::footprint_of({8, 1}, step, p, 1, 4096);
    auto const sixteen = models::footprint_of({16, 1}, step, p, 1, 4096);
    CHECK(sixteen.kv == eight.kv);
    CHECK(sixteen.weights > eight.weights * 0.5); // projections to keys and values are held twice
    CHECK(sixteen.weights < eight.weights * 0.6);
}

TEST_CASE("what does not fit says by how much, to the byte")
{
    auto const p    = machine("h100", "llama-3.1-70b", 8192);
    auto const step = step_of(p);
    auto const one  = models::footprint_of({1, 1}, step, p, 1, 8192);
    CHECK_FALSE(one.fits());
    auto const held = workloads::totals_of(step).bytes_held;
    auto const kv   = 2.0 * 80 * 8 * 128 * 2 * 8192; // keys and values, layers, key heads, their width, bytes
    CHECK(one.missing().value() == Approx(held + kv + 2e9 - 80e9));
    auto const two = models::footprint_of({2, 1}, step, p, 1, 8192);
    CHECK(two.weights.value() == Approx(held / 2));
    CHECK(models::footprint_of({4, 1}, step, p, 1, 8192).fits());
    CHECK(models::footprint_of({4, 1}, step, p, 1, 8192).missing().value() == 0);
}

TEST_CASE("the fastest plan fits, and where none does the footprint says what is missing")
{
    auto       p  = machine("h100", "llama-3.1-405b", 8192);
    auto const no = models::run_on_gpus(step_of(p), p, 1);
    CHECK_FALSE(no.fits());
    CHECK(no.decode.devices == 8);
    CHECK(no.decode.footprint.missing().value() > 20e9);

    p              = machine("b200", "llama-3.1-405b", 8192);
    auto const yes = models::run_on_gpus(step_of(p), p, 1);
    CHECK(yes.fits());
    CHECK(yes.decode.tensor == 8);
}

TEST_CASE("a group of chips too large to leave every layer one is refused")
{
    auto p       = machine("lpu-v1", "llama-2-70b");
    p.sram.group = 20;
    CHECK_THROWS_WITH(models::sram_rack(p, step_of(p)), Contains("sram.group = 20"));
}
