// What a run on a machine of any kind tells on stdout, where no engine recorded more (results/views/report.hpp).
#pragma once

#include "configs/config.hpp"
#include "results/views/token_metrics.hpp"

#include <iosfwd>

namespace scribeline::results {

// In the format that the configuration asks for: a page of text, JSON, or CSV with a row for each part of the time.
void print(std::ostream& out, configs::Config const& config, TokenRun const& run);

} // namespace scribeline::results
