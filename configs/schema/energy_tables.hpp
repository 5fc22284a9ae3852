// The tables of energy: of a wafer, and of devices that are no wafer.
#pragma once

#include "configs/schema/table.hpp"

namespace scribeline::configs {

Group energy_group();        // of a wafer
Group device_energy_group(); // of a GPU, a chip of an SRAM-only rack, an accelerator on plain memory

} // namespace scribeline::configs
