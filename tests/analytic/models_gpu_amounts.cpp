// Bytes that GPUs move, write and leave with their host, operator by operator, worked out by hand.
#include "configs/schema/resolve.hpp"
#include "models/gpu/device.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/host_offload.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;
using configs::Bytes;
using configs::Seconds;

namespace {

// Llama 3.1 8B: 32 layers, 4,096 elements, 32 heads of queries and 8 of keys, of 128 elements, 14,336 between gate_up
// and down; 16 bits.
constexpr double layers = 32, hidden = 4096, two_bytes = 2;

StepOutcome decode(char const* machine, std::uint32_t tensor, std::uint64_t batch)
{
    auto p             = configs::machine_parameters(machine);
    p.workload.context = 1024;
    auto const step    = workloads::decode_step(workloads::read_model("llama-3.1-8b"), p.workload);
    return decode_on_gpus(step, p, 0.92, {tensor, 1}, batch);
}

// All operators of that name.
StepOperator named(StepOutcome const& o, std::string const& name)
{
    auto sum = StepOperator{};
    for (auto const& op : o.operators)
        if (op.name == name) {
            sum.weights += op.weights;
            sum.kv += op.kv;
            sum.vectors += op.vectors;
            sum.kv_written += op.kv_written;
            sum.vectors_written += op.vectors_written;
            for (std::size_t i = 0; i < step_part_count; ++i)
                sum.parts[i] += op.parts[i];
        }
    return sum;
}

Footprint beyond(double kv, double weights, double needed_more)
{
    auto f     = Footprint{};
    f.weights  = Bytes{weights};
    f.kv       = Bytes{kv};
    f.capacity = Bytes{kv + weights - needed_more};
    return f;
}

} // namespace

TEST_CASE("keys and values are written once for each GPU that holds them")
{
    double const head = 2 * 128 * two_bytes; // a key and a value
    for (auto const tensor : {1u, 2u, 8u}) {
        CAPTURE(tensor);
        auto const write = named(decode("gb200-nvl72", tensor, 3), "kv_write");
        CHECK(write.kv.value() == Approx(3 * layers * 8 * head));
        CHECK(write.kv_written.value() == Approx(3 * layers * 8 * head));
    }
    // 16 GPUs share 8 heads of keys: each of them is held, and written, twice. 32 GPUs: four times.
    for (auto const tensor : {16u, 32u}) {
        CAPTURE(tensor);
        auto const write = named(decode("gb200-nvl72", tensor, 3), "kv_write");
        CHECK(write.kv.value() == Approx(3 * layers * tensor * head));
        CHECK(write.kv_written.value() == Approx(3 * layers * tensor * head));
        auto const read = named(decode("gb200-nvl72", tensor, 3), "attention");
        CHECK(read.kv.value() == Approx(3 * layers * tensor * head * 1024));
        CHECK(read.kv_written.value() == 0);
    }
}

TEST_CASE("vectors are read and written as often as their kernels have inputs and outputs")
{
    for (auto const tensor : {1u, 8u}) {
        CAPTURE(tensor);
        double const batch = 64, all = batch * layers * tensor; // every GPU has the whole hidden vector
        auto const   o     = decode("h100", tensor, 64);
        auto const   check = [&](char const* name, double moved, double written) {
            CAPTURE(name);
            CHECK(named(o, name).vectors.value() == Approx(moved));
            CHECK(named(o, name).vectors_written.value() == Approx(written));
        };
        check("attention_norm", all * 2 * hidden * two_bytes, all * hidden * two_bytes);
        check("attention_residual", all * 3 * hidden * two_bytes, all * hidden * two_bytes);
        check("ffn_residual", all * 3 * hidden * two_bytes, all * hidden * two_bytes);
        // Each GPU has its own heads, and its own share of the elements.
        check("rope", batch * layers * 2 * (4096 + 1024) * two_bytes, batch * layers * (4096 + 1024) * two_bytes);
        check("activation", batch * layers * 3 * 14336 * two_bytes, batch * layers * 14336 * two_bytes);
        check("kv_write", batch * layers * 2 * 1024 * two_bytes, 0);
    }
}

TEST_CASE("the bytes that GPUs move are weights, keys and values, and vectors: in bandwidth and in energy")
{
    for (auto const batch : {1u, 64u}) {
        auto const o     = decode("h100", 8, batch);
        double     moved = 0, vectors = 0;
        for (auto const& op : o.operators) {
            moved += op.weights.value() + op.kv.value() + op.vectors.value();
            vectors += op.vectors.value();
        }
        CAPTURE(batch);
        CHECK(vectors > batch * layers * 8 * (2 + 2 + 3 + 3) * hidden * two_bytes); // two norms, two residuals
        CHECK(o.vectors.value() == Approx(vectors));
        CHECK(o.bandwidth_share == Approx(moved / (3350e9 * o.floor.value() * 8)).epsilon(0.01));
        CHECK(o.energy[static_cast<std::size_t>(DeviceEnergyPart::memory)].value() == Approx(moved * 8 * 3.9e-12));
    }
}

TEST_CASE("keys and values of a prompt leave at the write bandwidth of their tier, or at the link's")
{
    auto f          = Footprint{};
    f.offloaded     = Bytes{8e9};
    auto const wait = [&](char const* tier, std::uint32_t gpus, double compute) {
        auto p          = configs::machine_parameters("h100");
        p.gpu.kv_tier   = tier;
        p.gpu.host_gpus = gpus;
        return wait_to_write(f, p, Seconds{compute}).value();
    };
    // Four drives write 15.6 GB/s, and read 28.4; a GPU of eight has an eighth.
    CHECK(wait("nvme_gen4", 8, 0) == Approx(8 / 1.95));
    CHECK(wait("nvme_gen4", 8, 1) == Approx(8 / 1.95 - 1));
    CHECK(wait("nvme_gen5", 8, 0) == Approx(8 / 3.3));
    CHECK(wait("nvme_gen4", 1, 0) == Approx(8 / 15.6));
    CHECK(wait("ddr5_6400_12ch", 1, 0) == Approx(8 / 55.0)); // by the link
    CHECK(wait("nvme_gen4", 8, 5) == 0);
}

TEST_CASE("a tier that holds both keys and weights has its capacity once")
{
    // An eighth of 512 GB: 64 GB. 100 layers, so that buffers are 2 % of what lies beyond.
    auto p             = configs::machine_parameters("h100");
    p.gpu.kv_tier      = "ddr5_4800_8ch";
    p.gpu.weights_tier = "ddr5_4800_8ch";
    auto const moved   = [&](double missing) {
        auto f = beyond(50e9, 50e9, missing);
        offload(f, p, 100, f.weights);
        return f;
    };
    auto const most = moved(62e9); // 62 / 0.98 = 63.3
    CHECK(most.fits());
    CHECK(most.offloaded.value() == 50e9); // all that there are
    CHECK(most.weights_offloaded.value() == Approx((62e9 - 50e9 * 0.98) / 0.98).epsilon(1e-3));
    auto const more = moved(70e9); // 71.4 GB of 64
    CHECK_FALSE(more.fits());
    CHECK(more.offloaded.value() == 0);
    CHECK(more.weights_offloaded.value() == 0);
    // On tiers of their own there is room.
    p.gpu.weights_tier = "nvme_gen4";
    CHECK(moved(70e9).fits());
}
