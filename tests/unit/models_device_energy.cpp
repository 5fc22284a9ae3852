// Joules of a step on a GPU, part by part.
#include "configs/schema/resolve.hpp"
#include "models/gpu/device_energy.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "support/models_runs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;
using namespace scribeline::tests;

namespace {

double part(DeviceEnergyParts const& parts, DeviceEnergyPart which)
{
    return parts[static_cast<std::size_t>(which)].value();
}

} // namespace

TEST_CASE("each part of a device's energy is its count times what one takes")
{
    auto const e    = configs::machine_parameters("h100").device_energy;
    auto const full = configs::Watts{700};
    auto       step = StepOutcome{};
    step.devices    = 2;
    step.floor      = configs::Seconds{1e-3};
    auto product    = StepOperator{};
    product.weights = configs::Bytes{1e9};
    product.flops   = configs::Flops{2e9};
    product.linked  = configs::Bytes{1e6};
    auto attention  = StepOperator{};
    attention.flops = configs::Flops{4e9};
    step.operators  = {product, attention};
    auto const wide = device_energy(step, configs::Bytes{1e9}, e, 16, full);
    CHECK(part(wide, DeviceEnergyPart::arithmetic) == Approx(3e9 * 0.35e-12));
    CHECK(part(wide, DeviceEnergyPart::memory) == Approx(8e9 * 3.9e-12));
    CHECK(part(wide, DeviceEnergyPart::on_chip) == Approx(8e9 * 2e-12));
    CHECK(part(wide, DeviceEnergyPart::links) == Approx(8e6 * 10e-12));
    CHECK(part(wide, DeviceEnergyPart::idle) == Approx(2 * 140 * 1e-3));
    CHECK(part(wide, DeviceEnergyPart::host) == Approx(2 * 262 * 1e-3));
    CHECK(part(wide, DeviceEnergyPart::clocks) == Approx(2 * 0.11 * 700 * 1e-3));
    CHECK(part(wide, DeviceEnergyPart::operands) == Approx(3e9 * 3.4e-12 + 8e9 * 1.7e-12));
    auto const narrow = device_energy(step, configs::Bytes{1e9}, e, 8, full); // attention stays at 16 bits
    CHECK(part(narrow, DeviceEnergyPart::arithmetic) == Approx(1e9 * 0.054e-12 + 2e9 * 0.35e-12));
    CHECK(part(narrow, DeviceEnergyPart::operands) == Approx(1e9 * 1.7e-12 + 2e9 * 3.4e-12 + 8e9 * 1.7e-12));
}

TEST_CASE("full power ends what operands take, and a longer step gives it back")
{
    auto parts = DeviceEnergyParts{};
    auto at    = [&](DeviceEnergyPart which) -> configs::Joules& { return parts[static_cast<std::size_t>(which)]; };
    at(DeviceEnergyPart::memory)   = configs::Joules{300};
    at(DeviceEnergyPart::operands) = configs::Joules{500};
    at(DeviceEnergyPart::idle)     = configs::Joules{100};
    at(DeviceEnergyPart::host)     = configs::Joules{262}; // beside the device's own power
    auto taken_off                 = keep_full_power(parts, configs::Joules{700});
    CHECK(taken_off.value() == Approx(200));
    CHECK(sum_of(parts).value() == Approx(700 + 262));
    take_time(parts, taken_off, 1.5, configs::Joules{1050}); // idle 150, host 393: there is room for all again
    CHECK(taken_off.value() == 0);
    CHECK(part(parts, DeviceEnergyPart::operands) == Approx(500));
    CHECK(sum_of(parts).value() == Approx(300 + 500 + 150 + 393));
}

TEST_CASE("what a GPU sends of a vector is what its algorithm's row says")
{
    using configs::AllReduce;
    CHECK(sent_by_one(AllReduce::one_shot, 8) == 7);
    CHECK(sent_by_one(AllReduce::two_shot, 8) == 1.75);
    CHECK(sent_by_one(AllReduce::ring, 8) == sent_by_one(AllReduce::two_shot, 8));
    CHECK(sent_by_one(AllReduce::in_switch, 8) == 1.125);
}

TEST_CASE("GPUs that share layers send their sums, GPUs with all of a layer only the vector between stages")
{
    auto const p = config_of({"--machine", "h100:8", "--model", "llama-3.1-8b", "--context", "4096", "--set",
                              "nvlink.all_reduce=two_shot"})
                       .parameters;
    auto const step   = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
    auto const linked = [&](GpuPlan plan) {
        auto bytes = 0.0;
        for (auto const& op : decode_on_gpus(step, p, 0.9, plan, 1).operators)
            bytes += op.linked.value();
        return bytes;
    };
    CHECK(linked({1, 1}) == 0);
    CHECK(linked({1, 8}) == Approx(7 * 4096 * 2));
    // Two sums of 4,096 elements a layer, and of the LM head two from each GPU; each GPU sends 1.75 times the vector.
    CHECK(linked({8, 1}) == Approx(8 * 1.75 * (32 * 2 * 4096 * 2 + 8 * 2)));
}
