// Measured cases through the model, and how far off it is, as a page of text, JSON or CSV.
#pragma once

#include "configs/config.hpp"
#include "configs/failure.hpp"
#include "models/published/run_case.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::results {

// Done; answer_is_no when a row is outside its tolerance, does not fit, or no row could be simulated; internal when a
// simulation could not be trusted.
configs::Exit exit_of(std::vector<models::CaseOutcome> const& outcomes);

void print(std::ostream& out, configs::OutputFormat format, std::vector<models::CaseOutcome> const& outcomes);

} // namespace scribeline::results
