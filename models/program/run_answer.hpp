// What `run` finds out of a machine, apart from how it is told: whoever asks the same question gets the same figures.
#pragma once

#include "configs/config.hpp"
#include "models/machine.hpp"
#include "models/wafer/outcome.hpp"
#include "results/views/token_metrics.hpp"

namespace scribeline::program {

// Of a machine that records a mesh (Standing::records_mesh).
models::Outcome mesh_answer(models::Machine& machine, configs::Config const& config);

// Of any machine.
results::TokenRun token_answer(models::Machine& machine, configs::Config const& config);

} // namespace scribeline::program
