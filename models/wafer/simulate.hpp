// From a plan to an outcome, at the fidelity that was asked for, or the cheapest that is exact.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

namespace scribeline::models {

// run.fidelity = auto folds where that is exact and nothing was asked for that needs every wavelet (run.trace,
// run.payload); otherwise it simulates every wavelet, and a warning says why. folded and wavelet do as they are told,
// or throw configs::UserError (bad_config) with the reason. closed_form simulates nothing. A prompt
// (workload.prompt) is counted by closed forms; at wavelet fidelity, on small squares, some of its products are
// simulated beside them.
Outcome simulate(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan);

// Whether every wavelet was asked for, which takes seconds to hours where lines and formulas take less than a second.
bool may_take_long(configs::Parameters const& parameters);

} // namespace scribeline::models
