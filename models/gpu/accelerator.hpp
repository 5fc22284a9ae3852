// A model on GPUs: the plan, the prefill of a prompt and a step of decode.
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/machine.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>

namespace scribeline::models {

struct AcceleratorRun {
    StepOutcome prefill, decode;
    double      memory_share = 1; // of its peak that the memory sustains: of HBM by the bank model, else as given

    bool fits() const { return decode.footprint.fits(); }
};

struct ChosenGpuPlan {
    GpuPlan plan;
    double  memory_share;
};

// The plan with the shortest step among those that gpu.tensor and gpu.pipeline allow; when nothing fits, the one that
// spreads the model over most GPUs, so that its footprint says how much is missing. Throws configs::UserError when
// these cut the model where it cannot be cut.
ChosenGpuPlan choose_gpu_plan(workloads::DecodeStep const& step, configs::Parameters const&, StepWork const& work);

// Prompts of step.context tokens and a step of decode of so many sequences, on the plan chosen for the latter.
AcceleratorRun run_on_gpus(workloads::DecodeStep const& step, configs::Parameters const&, std::uint64_t batch);

} // namespace scribeline::models
