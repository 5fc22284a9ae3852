// Joules of a step on machines that are no wafer, by what they are spent on. An estimate from below: what instructions,
// caches that miss and voltage regulators take besides is in none of the parts; StepOutcome::energy_at_most is the
// bound from above.
#pragma once

#include "configs/parameters.hpp"
#include "configs/units/quantity.hpp"

#include <array>
#include <cstdint>

namespace scribeline::models {

enum class DeviceEnergyPart : std::uint8_t {
    arithmetic, // products and sums
    memory,     // beside the chip
    on_chip,    // from the memory's edge, or the chip's own SRAM, to the arithmetic
    links,      // between devices, and to the host's memory
    idle,       // leakage and clocks of all devices, for as long as it takes
    host,       // the servers around them
};
constexpr std::size_t device_energy_part_count = 6;
char const*           name_of(DeviceEnergyPart);
using DeviceEnergyParts = std::array<configs::Joules, device_energy_part_count>;

configs::Joules sum_of(DeviceEnergyParts const&);

struct StepOutcome;

// Of what the operators of a step computed and sent, of the bytes `moved` from memory, and of the time that it took.
// `weight_bits` decide which units multiply.
DeviceEnergyParts device_energy(StepOutcome const&, configs::Bytes moved, configs::DeviceEnergyParams const&,
                                std::uint32_t weight_bits);

} // namespace scribeline::models
