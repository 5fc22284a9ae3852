// The wafer at wavelet fidelity: one decoder layer on a region, or a whole token through the regions of one wafer.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"
#include "models/wafer/repaired_wafers.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/token_plan.hpp"

namespace scribeline::models {

// Elaborates and runs the SystemC model: once per process. Throws configs::SimulationFault on a deadlock.
// The books are in the outcome; the caller requires them to balance.
Outcome run_on_wafer(configs::Config const& config, workloads::LayerProgram const& layer,
                     RepairedWafers const& wafers = {});

// The same for a token; obstacle_to_one_program(plan) must be empty.
Outcome run_token_on_wafer(configs::Config const& config, workloads::DecodeStep const& step,
                           workloads::TokenPlan const& plan, RepairedWafers const& wafers = {});

} // namespace scribeline::models
