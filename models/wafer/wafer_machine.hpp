// Wafers, as a machine: regions planned once for the workload of its configuration, asked for any mix of work.
//
// Sequences that decode or check go through the regions as one batch, as many vectors side by side; what a step takes
// is that of their mean context. Prompts follow by themselves: products with weights are other programs (docs/model.md,
// 20).
#pragma once

#include "models/machine.hpp"

#include <memory>

namespace scribeline::models {

// Throws configs::DoesNotFit, or configs::UserError with answer_is_no, when the wafers do not hold the workload.
std::unique_ptr<Machine> make_wafer_machine(configs::Config const& config, workloads::DecodeStep const& step);

Nameplate wafer_nameplate(configs::Parameters const& p);

} // namespace scribeline::models
