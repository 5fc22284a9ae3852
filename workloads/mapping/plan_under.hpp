// A plan under other work than it was made for: other contexts, other batches, on the same regions with the same
// blocks.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

namespace scribeline::workloads {

// What the stages hold then, how many requests fit, and the closed form of the token, which is the only candidate.
// `step` and the workload of the parameters are those of the other work. Throws configs::DoesNotFit when a stage has no
// room for it.
TokenPlan plan_under(TokenPlan plan, DecodeStep const& step, configs::Parameters const&);

} // namespace scribeline::workloads
