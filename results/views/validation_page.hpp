// docs/validation.md, made from the rows that come with the program: how far the model is from what was published, and
// what took part in its calibration.
#pragma once

#include "models/published/run_case.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

// Markdown. A row takes part in a calibration when its source says `calibrates GROUP.KEY`.
std::string validation_page(std::vector<models::CaseOutcome> const& outcomes);

} // namespace scribeline::results
