// The wafer at folded fidelity: one decoder layer on a region, or a whole token through all stages of a plan.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"
#include "models/wafer/repaired_wafers.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <vector>

namespace scribeline::models {

// How longer hops of repaired places enter: as the lines that they are part of, which is exact or not done; or by a
// closed form (models/wafer/repair_cost.hpp), as an operator of each stage beside the fold of the regular mesh.
enum class Repair { exact, added };

// One layer on the region of a plan with schedule = layer. Throws fabric::NotFoldable where folding would not be exact.
Outcome fold_layer(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                   RepairedWafers const& wafers = {}, Repair repair = Repair::exact);

// From the token id at the embedding to the next one, on an otherwise idle machine.
Outcome fold_token(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                   RepairedWafers const& wafers = {}, Repair repair = Repair::exact);

// The operators of either, with their work and without their times: nothing is simulated.
std::vector<OperatorOutcome> counted_operators(configs::Config const& config, workloads::DecodeStep const& step,
                                               workloads::TokenPlan const& plan);

} // namespace scribeline::models
