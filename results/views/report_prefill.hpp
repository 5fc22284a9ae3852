// The report's lines about a prompt; nothing where a run has none.
#pragma once

#include "models/wafer/outcome.hpp"
#include "results/views/report_text.hpp"

#include <string>

namespace scribeline::results {

// "a prompt of 4,096 tokens in 1 chunk: 163 ms of prefill, and one output token"
std::string prompt_note(models::Outcome const& outcome);

// A heading and lines of at most 100 columns: one layer, operator by operator.
void add_prefill(Page& text, models::Outcome const& outcome);

} // namespace scribeline::results
