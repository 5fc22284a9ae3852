// Racks of SRAM-only chips and accelerators on plain memory, as machines (models/sram/stream_step.hpp).
#pragma once

#include "models/machine.hpp"

#include <memory>

namespace scribeline::models {

// Throw configs::DoesNotFit when the workload of the configuration does not fit; the first also configs::UserError when
// sram.group leaves layers without chips.
std::unique_ptr<Machine> make_sram_machine(configs::Config const& config, workloads::DecodeStep const& step);
std::unique_ptr<Machine> make_plain_machine(configs::Config const& config, workloads::DecodeStep const& step);

Nameplate sram_nameplate(configs::Parameters const& p);
Nameplate plain_nameplate(configs::Parameters const& p);

} // namespace scribeline::models
