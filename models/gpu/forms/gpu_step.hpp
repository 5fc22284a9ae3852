// A step of a model on GPUs: every operator as the kernel that does it, every cut as its collective.
//
//     norm -> qkv -> rotate and write the cache -> attention -> out_proj -> all-reduce
//          -> norm -> gate_up -> activation -> down -> all-reduce          (a layer; residuals are fused into norms)
#pragma once

#include "models/gpu/device.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/machine.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <optional>

namespace scribeline::models {

// Any mix of work as one batch: products take the rows of all groups at once, attention goes through the cache of each
// sequence. Sequences that decode or check are one kernel with as many of them, at the mean of their contexts. Prompts
// are done when the last part of them has passed the pipeline, and with them the step.
// A plan that does not fit is timed all the same: footprint.fits() says so. Throws as require_possible() does; work
// without any group is a fault of the caller.
StepOutcome step_on_gpus(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
                         GpuPlan const&, StepWork const& work);

// One token for each of `batch` sequences that hold step.context tokens, the new one included. A pipeline works on its
// share of the batch in each stage at a time; the time is that of a token, through all stages.
// A plan that does not fit is timed all the same: footprint.fits() says so.
// Throws configs::UserError as require_possible() does.
StepOutcome decode_on_gpus(workloads::DecodeStep const& step, configs::Parameters const&, double sustained_share,
                           GpuPlan const&, std::uint64_t batch);

// Prompts of step.context tokens, up to the first new token of all of them.
StepOutcome prefill_on_gpus(workloads::DecodeStep const& step, configs::Parameters const&, double sustained_share,
                            GpuPlan const&, std::uint64_t batch);

// The plan with the shortest step among those that fit on at most gpu.devices GPUs, and have the degrees that
// gpu.tensor and gpu.pipeline ask for; nothing when none does.
std::optional<GpuPlan> fastest_plan(workloads::DecodeStep const& step, configs::Parameters const&,
                                    double sustained_share, StepWork const& work);

} // namespace scribeline::models
