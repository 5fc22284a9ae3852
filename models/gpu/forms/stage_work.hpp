// The groups of a step as one stage of a pipeline meets them: its share of every group, at a time.
#pragma once

#include "models/gpu/gpu_plan.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/machine.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

// Sequences that do the same, in one stage at a time.
struct StageWork {
    std::uint64_t sequences = 0, tokens = 1; // of each sequence, that are computed
    std::uint64_t context = 0;               // that the first of them attends to, itself included
    bool          prompt  = false;           // of the tokens, only the last needs logits
};

std::vector<StageWork> stage_work(StepWork const& work, GpuPlan const& plan);

// Tokens in the cache of a sequence when the step is done, in the mean and rounded up.
std::uint64_t mean_context(StepWork const& work);

Footprint footprint_of_work(GpuPlan const&, workloads::DecodeStep const& step, configs::Parameters const&,
                            StepWork const& work);

} // namespace scribeline::models
