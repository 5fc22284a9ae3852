// The wafer running one decoder layer at wavelet fidelity, and what the run says about a token.
#pragma once

#include "configs/config.hpp"
#include "models/outcome.hpp"
#include "workloads/mapping/decode_layer.hpp"

namespace scribeline::models {

// Elaborates and runs the SystemC model: once per process. Throws configs::SimulationFault on a deadlock.
// The books are in the outcome; the caller requires them to balance.
Outcome run_on_wafer(configs::Config const& config, workloads::LayerProgram const& layer);

} // namespace scribeline::models
