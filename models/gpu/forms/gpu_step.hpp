// A step of a model on GPUs: every operator as the kernel that does it, every cut as its collective.
//
//     norm -> qkv -> rotate and write the cache -> attention -> out_proj -> all-reduce
//          -> norm -> gate_up -> activation -> down -> all-reduce          (a layer; residuals are fused into norms)
#pragma once

#include "models/gpu/device.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "models/gpu/step_outcome.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <optional>

namespace scribeline::models {

// One token for each of `batch` sequences that hold step.context tokens, the new one included. A pipeline works on its
// share of the batch in each stage at a time; the time is that of a token, through all stages.
// A plan that does not fit is timed all the same: footprint.fits() says so.
// Throws configs::UserError as require_possible() does.
StepOutcome decode_on_gpus(workloads::DecodeStep const& step, configs::Parameters const&, double sustained_share,
                           GpuPlan const&, std::uint64_t batch);

// Prompts of step.context tokens, up to the first new token of all of them.
StepOutcome prefill_on_gpus(workloads::DecodeStep const& step, configs::Parameters const&, double sustained_share,
                            GpuPlan const&, std::uint64_t batch);

// The plan with the shortest token among those that fit on at most gpu.devices GPUs, and have the degrees that
// gpu.tensor and gpu.pipeline ask for; nothing when none does.
std::optional<GpuPlan> fastest_plan(workloads::DecodeStep const& step, configs::Parameters const&,
                                    double sustained_share, std::uint64_t batch);

} // namespace scribeline::models
