// Bytes between devices and the time they take, worked out by hand: LPUs, devices with plain memory, GPUs.
#include "configs/schema/resolve.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "support/accelerators.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;
using namespace scribeline::tests;

namespace {

// Llama 3.1 8B: 32 layers, 4,096 elements, 32 heads of queries and 8 of keys, of 128 elements; 16 bits.
constexpr double layers = 32, vector_bytes = 4096 * 2;

workloads::DecodeStep llama(configs::Parameters& p, std::uint32_t context)
{
    p.workload.context = context;
    return workloads::decode_step(workloads::read_model("llama-3.1-8b"), p.workload);
}

double linked(StepOutcome const& o, std::string const& name)
{
    double sum = 0;
    for (auto const& op : o.operators)
        if (op.name == name)
            sum += op.linked.value();
    return sum;
}

double all_linked(StepOutcome const& o)
{
    double sum = 0;
    for (auto const& op : o.operators)
        sum += op.linked.value();
    return sum;
}

double seconds(StepOutcome const& o, StepPart which) { return o.parts[static_cast<std::size_t>(which)].value(); }
double links(StepOutcome const& o) { return o.energy[static_cast<std::size_t>(DeviceEnergyPart::links)].value(); }

} // namespace

TEST_CASE("LPUs that share a layer send their sums twice a layer, and the vector from stage to stage")
{
    auto       p    = configs::machine_parameters("lpu-v1");
    auto const step = llama(p, 1024);
    // 576 chips; the tables weigh as much as five layers: 37 stages of 15 chips.
    auto const batch = GENERATE(1u, 37u, 74u);
    auto const o     = decode_on_stream(step, p, batch);
    REQUIRE(o.tensor == 15);
    REQUIRE(o.pipeline == 37);
    double const piece = batch == 74 ? 2 : 1; // sequences in a stage at a time

    // Of an all-reduce each chip sends 14/15 of the vector to add it up, and 14/15 to spread it: 28 in all.
    CHECK(linked(o, "out_proj") == Approx(batch * layers * vector_bytes * 28));
    CHECK(linked(o, "down") == Approx(batch * layers * vector_bytes * 28));
    CHECK(linked(o, "stage_transfer") == Approx(batch * 36 * vector_bytes));
    CHECK(all_linked(o) == Approx(batch * (2 * layers * 28 + 36) * vector_bytes));
    CHECK(links(o) == Approx(all_linked(o) * 8 * 10e-12));

    // Two ways of 700 ns, and 28/15 of the vector over 240 GB/s.
    CHECK(seconds(o, StepPart::collective) ==
          Approx(2 * layers * (1.4e-6 + piece * vector_bytes * 28 / 15 / 240e9)).epsilon(1e-9));
    CHECK(seconds(o, StepPart::transfer) == Approx(36 * (0.7e-6 + piece * vector_bytes / 240e9)).epsilon(1e-9));
}

TEST_CASE("a prompt on LPUs sends the sums of each of its tokens, whatever parts it is cut into")
{
    auto       p    = configs::machine_parameters("lpu-v1");
    auto const step = llama(p, 1024);
    auto const o    = prefill_on_stream(step, p, 3);
    REQUIRE(o.tensor == 15);
    CHECK(linked(o, "out_proj") + linked(o, "down") == Approx(3 * 1024 * 2 * layers * vector_bytes * 28));
    CHECK(linked(o, "stage_transfer") == Approx(3 * 1024 * 36 * vector_bytes));
}

TEST_CASE("devices with plain memory hand on the vector between their stages, and nothing else")
{
    auto p                 = configs::machine_parameters("plain-memory");
    p.plain.devices        = 4;
    p.plain.link_latency   = configs::Seconds{2e-6};
    p.plain.link_bandwidth = configs::BytesPerSecond{100e9};
    auto const step        = llama(p, 1024);
    auto const o           = decode_on_stream(step, p, 4);
    REQUIRE(o.pipeline == 4);
    CHECK(all_linked(o) == Approx(4 * 3 * vector_bytes));
    CHECK(seconds(o, StepPart::collective) == 0);
    CHECK(seconds(o, StepPart::transfer) == Approx(3 * (2e-6 + vector_bytes / 100e9)).epsilon(1e-9));
}

TEST_CASE("what a stream machine reads takes its bytes over the rate that it sustains, operator by operator")
{
    auto       p    = configs::machine_parameters("lpu-v1");
    auto const step = llama(p, 1024);
    auto const o    = decode_on_stream(step, p, 1);
    // 80 TB/s a chip, 80 % of it, 15 chips: keys and values of 1,024 tokens are 4 KiB each.
    CHECK(seconds(o, StepPart::kv) > layers * 1024 * 4096 / (15 * 64e12));
    double weights = 0;
    for (auto const& op : o.operators)
        if (op.name == "gate_up")
            weights = op.weights.value();
    CHECK(weights == Approx(layers * 2 * 4096.0 * 14336 * 2));
    CHECK(o.bandwidth_share ==
          Approx((o.weights.value() + o.kv.value()) / (80e12 * o.floor.value() * o.devices)).epsilon(1e-9));
    CHECK(o.kv.value() == Approx(layers * (1024 + 1) * 4096.0));
}

TEST_CASE("GPUs that share a layer send 7 eighths of the vector twice, twice a layer, and their largest logits")
{
    auto p              = configs::machine_parameters("h100");
    p.nvlink.all_reduce = configs::AllReduce::two_shot;
    auto const step     = llama(p, 1024);
    auto const o        = decode_on_gpus(step, p, 0.92, {8, 1}, 5);
    CHECK(linked(o, "out_proj") == Approx(5 * layers * vector_bytes * 14));
    CHECK(linked(o, "down") == Approx(5 * layers * vector_bytes * 14));
    CHECK(linked(o, "lm_head") == Approx(5 * 8 * 2 * 14));
    CHECK(links(o) == Approx(all_linked(o) * 8 * 10e-12));
    auto const stages = decode_on_gpus(step, p, 0.92, {1, 4}, 8);
    CHECK(all_linked(stages) == Approx(8 * 3 * vector_bytes));
}

TEST_CASE("the latency of an all-reduce is that of its exchanges, each with the slowest of the others")
{
    auto p          = configs::machine_parameters("h100").nvlink;
    p.exchange      = configs::Seconds{10e-6};
    p.exchange_peer = configs::Seconds{1e-6}; // for each GPU beyond the second
    p.fence         = configs::Seconds{100e-6};
    auto const late = [&](configs::AllReduce algorithm) {
        return all_reduce(p, algorithm, 8, configs::Bytes{1e9}).latency.value(); // long: stores hide behind wires
    };
    CHECK(late(configs::AllReduce::one_shot) == Approx(16e-6));
    CHECK(late(configs::AllReduce::one_shot_pull) == Approx(2 * 16e-6));
    CHECK(late(configs::AllReduce::two_shot) == Approx(3 * 16e-6 + 100e-6));
    CHECK(late(configs::AllReduce::in_switch) == Approx(2 * 16e-6));
    p.ring_step = configs::Seconds{2e-6};
    CHECK(late(configs::AllReduce::ring) == Approx(14 * 2e-6));
}
