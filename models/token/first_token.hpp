// The first token of a request: its prompt, and where that gives none the step behind it.
#pragma once

#include "models/machine.hpp"

#include <optional>

namespace scribeline::models {

struct FirstToken {
    configs::Seconds      time; // from the prompts of all sequences of the batch to the first token of each
    Evidence              evidence;
    std::optional<double> deviation; // of the closed form of the prompts from what was found
};

// What the workload asks of `machine`: prompts of workload.prompt tokens, or where that is none as long as the context.
// `step`: of the model, on the same machine. Throws configs::UserError as Machine::step() does.
FirstToken first_token(Machine& machine, configs::WorkloadParams const& workload, configs::Seconds step);

} // namespace scribeline::models
