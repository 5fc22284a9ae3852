#include "models/gpu/device_energy.hpp"

#include "models/gpu/step_outcome.hpp"

namespace scribeline::models {

using configs::Joules;

char const* name_of(DeviceEnergyPart part)
{
    constexpr std::array names{"arithmetic", "memory", "on_chip", "links", "idle", "host"};
    return names.at(static_cast<std::size_t>(part));
}

Joules sum_of(DeviceEnergyParts const& parts)
{
    auto sum = Joules{};
    for (auto const part : parts)
        sum += part;
    return sum;
}

DeviceEnergyParts device_energy(StepOutcome const& step, configs::Bytes moved, configs::DeviceEnergyParams const& e,
                                std::uint32_t weight_bits)
{
    auto       parts   = DeviceEnergyParts{};
    auto const at      = [&](DeviceEnergyPart part) -> Joules& { return parts[static_cast<std::size_t>(part)]; };
    auto const devices = static_cast<double>(step.devices);
    auto       linked  = configs::Bytes{};
    for (auto const& op : step.operators) {
        // A multiply-accumulate is two operations; attention and vectors are not quantised.
        auto const narrow = op.weights.value() > 0 && weight_bits < 16;
        at(DeviceEnergyPart::arithmetic) += (narrow ? e.mac_8 : e.mac_16) * (op.flops.value() / 2);
        linked += op.linked;
    }
    at(DeviceEnergyPart::memory)  = e.memory * moved;
    at(DeviceEnergyPart::on_chip) = e.on_chip * moved;
    at(DeviceEnergyPart::links)   = e.link * linked;
    at(DeviceEnergyPart::idle)    = e.idle_power * step.floor * devices;
    at(DeviceEnergyPart::host)    = e.host_power * step.floor * devices;
    return parts;
}

} // namespace scribeline::models
