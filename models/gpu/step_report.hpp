// A step of devices with memory, as every machine reports it (models/machine.hpp).
#pragma once

#include "configs/units/quantity.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/machine.hpp"

#include <string>

namespace scribeline::models {

// Of what a machine's devices are made of.
struct DeviceMemory {
    std::string             tier;      // "hbm"
    configs::BytesPerSecond peak;      // of one device
    double                  sustained; // share of the peak that long reads reach
};

// `evidence` says how the outcome came about.
StepReport report_of(StepOutcome const& outcome, DeviceMemory const& memory, Evidence evidence);

// What stands where; unit: "GPU", "chip".
Standing standing_of(StepOutcome const& outcome, std::string const& kind, std::string const& unit);

// Of one tier beside the device's own runtime, of all devices together, for sequences of `context` tokens.
Room room_of(StepOutcome const& one_sequence, DeviceMemory const& memory);

// Throws configs::DoesNotFit that says what takes how much of each device, where it does not fit. `advice` follows.
void require_fit(StepOutcome const& outcome, std::string const& model, std::string const& unit,
                 std::string const& advice = {});

std::string size_text(configs::Bytes bytes); // "8.0 GB"

} // namespace scribeline::models
