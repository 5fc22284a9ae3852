// A serving system from its description to what came of it: machines are planned, their steps learned, modules made and
// joined, and the kernel runs until the last request has ended.
#pragma once

#include "models/serving/system_outcome.hpp"
#include "models/serving/system_spec.hpp"
#include "workloads/requests/request.hpp"

namespace scribeline::models {

// Throws configs::UserError where pools, model or trace do not go together, and what the source throws of its rows;
// configs::SimulationFault where the books do not balance.
ServingOutcome serve(SystemSpec const& spec, workloads::RequestSource& source);

} // namespace scribeline::models
