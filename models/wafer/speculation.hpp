// What a draft model makes of the outcome of a step on wafers.
#pragma once

#include "models/token/output_token.hpp"
#include "models/wafer/outcome.hpp"

namespace scribeline::models {

// The outcome of token.step, where that is one of wafers, as an output token has it: times, tokens per second, energy
// and waterfall are per output token, and outcome.speculation says what a round is made of. Without a draft model it is
// the outcome of the step.
Outcome outcome_of(OutputToken const& token);

// Cycles of the step that was simulated, with a draft model or without.
std::uint64_t step_cycles(Outcome const& outcome);

} // namespace scribeline::models
