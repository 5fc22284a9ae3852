// What a run or a comparison takes for granted, in sentences: defaults that move the answer, and what a machine file
// inherits.
#pragma once

#include "configs/config.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

// Each names the option that changes it. Empty: all that matters was asked for.
std::vector<std::string> defaults_of(configs::Config const& config);

// That the published weights are narrower than those simulated; empty: they are not, or their file does not say.
// Throws configs::UserError where the model cannot be read.
std::string checkpoint_warning(configs::Config const& config);

} // namespace scribeline::results
