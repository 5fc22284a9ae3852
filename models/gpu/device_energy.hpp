// Joules of a step on machines that are no wafer, by what they are spent on. A device's watts follow its load:
//
//     idle + clocks (while a step is under way) + joules by the byte moved and by the multiply-accumulate, over the
//     time
//
// and never pass its full power: what would is taken off `operands`, as a power limit takes it off voltage and clock.
// run, compare, serve and published take joules from here and nowhere else. Held against watts that were measured:
// tests/validation/models_gpu_power.cpp.
#pragma once

#include "configs/parameters.hpp"
#include "configs/units/quantity.hpp"
#include "models/cost/spent_energy.hpp"

#include <array>
#include <cstdint>

namespace scribeline::models {

enum class DeviceEnergyPart : std::uint8_t {
    arithmetic, // products and sums
    memory,     // beside the chip
    on_chip,    // from the memory's edge, or the chip's own SRAM, to the arithmetic
    links,      // between devices, and to the host's memory
    operands,   // what brings arithmetic its operands, and memory's bytes to registers
    clocks,     // of units that wait while a step is under way, for as long as it takes
    idle,       // of all devices, whether or not they work, for as long as it takes
    host,       // the servers around them
};
constexpr std::size_t device_energy_part_count = 8;
char const*           name_of(DeviceEnergyPart);
using DeviceEnergyParts = std::array<configs::Joules, device_energy_part_count>;

configs::Joules sum_of(DeviceEnergyParts const&);

struct StepOutcome;

// Before full power is kept: of what the operators of a step computed and sent, of the bytes `moved` from memory, and
// of the time that it took. `weight_bits` decide which units multiply; `full_power` is that of one device.
DeviceEnergyParts device_energy(StepOutcome const&, configs::Bytes moved, configs::DeviceEnergyParams const&,
                                std::uint32_t weight_bits, configs::Watts full_power);
// Takes off `operands` what is beyond so much without the host; other parts stay. Returns what was taken off.
configs::Joules keep_full_power(DeviceEnergyParts& parts, configs::Joules at_most);
// The same parts over another time: what goes with time is more or less, and full power allows as much.
void take_time(DeviceEnergyParts& parts, configs::Joules& taken_off, double longer, configs::Joules at_most);

// What a part goes with.
Span span_of(DeviceEnergyPart);

} // namespace scribeline::models
