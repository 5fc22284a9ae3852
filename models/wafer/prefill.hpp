// The prompt in the outcome of a run: what the plan of its prefill says, as operators with parts and as times.
#pragma once

#include "models/wafer/outcome.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/prefill_plan.hpp"

namespace scribeline::models {

// To an outcome that knows the time of an output token: the first one comes that much behind the prompt.
void add_prefill(Outcome& outcome, configs::Parameters const& parameters, workloads::DecodeStep const& step,
                 workloads::PrefillPlan const& plan);

// run.fidelity = wavelet: two products of the layer by every wavelet, where the region is a square of at most 64 PEs a
// side and weights are as wide as activations.
void check_prefill(Outcome& outcome, configs::Parameters const& parameters, workloads::DecodeStep const& step,
                   workloads::PrefillPlan const& plan, configs::GridSize region);

} // namespace scribeline::models
