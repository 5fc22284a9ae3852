// A model on any machine that is no wafer: the plan, the prefill of a prompt and a step of decode.
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "models/gpu/step_outcome.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <optional>

namespace scribeline::models {

struct AcceleratorRun {
    StepOutcome prefill, decode;
    double      memory_share = 1; // of its peak that the memory sustains: of HBM by the bank model, else as given

    bool fits() const { return decode.footprint.fits(); }
};

// `plan` forces the parallelism of GPUs, before gpu.tensor and gpu.pipeline. Without it, the plan with the shortest
// token; when nothing fits, the one that spreads the model over most GPUs, so that decode.footprint says how much is
// missing. Throws configs::UserError when the machine is a wafer, or the plan cuts the model where it cannot be cut.
AcceleratorRun run_on_accelerator(workloads::DecodeStep const& step, configs::Parameters const&, std::uint64_t batch,
                                  std::optional<GpuPlan> plan = std::nullopt);

} // namespace scribeline::models
