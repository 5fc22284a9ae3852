// Dollars and joules of a serving run, as sections of its report.
#pragma once

#include "models/serving/serving_costs.hpp"
#include "results/document/document.hpp"

#include <string>

namespace scribeline::results {

// Before the section of the books, or at the end.
void add_costs(Document& document, models::ServingOutcome const& outcome, models::ServingCosts const& costs);

// A band as people read it: `1.2 .. 1.5`, one figure where both ends are the same.
Cell band_cell(models::Band band);

// "2025 to 2026-04": of prices.
std::string dates_text(std::uint32_t oldest, std::uint32_t newest);

} // namespace scribeline::results
