// GPUs with HBM, as a machine: planned once for the workload of its configuration, asked for any mix of work.
#pragma once

#include "models/machine.hpp"

#include <memory>

namespace scribeline::models {

// The plan is the one with the shortest step of the configuration's workload (models/gpu/gpu_plan.hpp). Throws
// configs::DoesNotFit when none fits, configs::UserError where the model cannot be cut as gpu.tensor and gpu.pipeline
// ask for.
std::unique_ptr<Machine> make_gpu_machine(configs::Config const& config, workloads::DecodeStep const& step);

Nameplate gpu_nameplate(configs::Parameters const& p);

} // namespace scribeline::models
