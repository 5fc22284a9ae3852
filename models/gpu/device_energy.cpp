#include "models/gpu/device_energy.hpp"

#include "models/gpu/step_outcome.hpp"

#include <algorithm>

namespace scribeline::models {

using configs::Joules;

char const* name_of(DeviceEnergyPart part)
{
    constexpr std::array names{"arithmetic", "memory", "on_chip", "links", "operands", "clocks", "idle", "host"};
    return names.at(static_cast<std::size_t>(part));
}

Joules sum_of(DeviceEnergyParts const& parts)
{
    auto sum = Joules{};
    for (auto const part : parts)
        sum += part;
    return sum;
}

Span span_of(DeviceEnergyPart part)
{
    switch (part) {
    case DeviceEnergyPart::clocks:
        return Span::awake;
    case DeviceEnergyPart::idle:
        return Span::always;
    case DeviceEnergyPart::host:
        return Span::around;
    default:
        return Span::work;
    }
}

Joules keep_full_power(DeviceEnergyParts& parts, Joules at_most)
{
    auto&      operands = parts[static_cast<std::size_t>(DeviceEnergyPart::operands)];
    auto const around   = parts[static_cast<std::size_t>(DeviceEnergyPart::host)];
    auto const beyond   = std::clamp(sum_of(parts) - around - at_most, Joules{}, operands);
    operands            = operands - beyond;
    return beyond;
}

void take_time(DeviceEnergyParts& parts, Joules& taken_off, double longer, Joules at_most)
{
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (span_of(static_cast<DeviceEnergyPart>(i)) != Span::work)
            parts[i] = parts[i] * longer;
    parts[static_cast<std::size_t>(DeviceEnergyPart::operands)] += taken_off;
    taken_off = keep_full_power(parts, at_most);
}

DeviceEnergyParts device_energy(StepOutcome const& step, configs::Bytes moved, configs::DeviceEnergyParams const& e,
                                std::uint32_t weight_bits, configs::Watts full_power)
{
    constexpr auto narrowest = 4.0, widest = 16.0; // bits that arithmetic units come in
    auto           parts   = DeviceEnergyParts{};
    auto const     at      = [&](DeviceEnergyPart part) -> Joules& { return parts[static_cast<std::size_t>(part)]; };
    auto const     devices = static_cast<double>(step.devices);
    auto           linked  = configs::Bytes{};
    for (auto const& op : step.operators) {
        // A multiply-accumulate is two operations; attention and vectors are not quantised.
        auto const narrow = op.weights.value() > 0 && weight_bits < 16;
        auto const bits   = narrow ? std::max(narrowest, static_cast<double>(weight_bits)) : widest;
        auto const macs   = op.flops.value() / 2;
        at(DeviceEnergyPart::arithmetic) += (narrow ? e.mac_8 : e.mac_16) * macs;
        at(DeviceEnergyPart::operands) += e.operand * (macs * bits / widest);
        linked += op.linked;
    }
    at(DeviceEnergyPart::memory)  = e.memory * moved;
    at(DeviceEnergyPart::on_chip) = e.on_chip * moved;
    at(DeviceEnergyPart::operands) += e.move * moved;
    at(DeviceEnergyPart::links)  = e.link * linked;
    at(DeviceEnergyPart::clocks) = full_power * e.clocks.value * step.floor * devices;
    at(DeviceEnergyPart::idle)   = e.idle_power * step.floor * devices;
    at(DeviceEnergyPart::host)   = e.host_power * step.floor * devices;
    return parts;
}

} // namespace scribeline::models
