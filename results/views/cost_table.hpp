// Dollars and joules of a serving run, as sections of its report.
#pragma once

#include "models/serving/serving_costs.hpp"
#include "results/document/document.hpp"

#include <string>
#include <string_view>

namespace scribeline::results {

// Before the section of the books, or at the end.
void add_costs(Document& document, models::ServingOutcome const& outcome, models::ServingCosts const& costs);

// A band as people read it: `1.2 .. 1.5`, one figure where both ends are the same.
Cell band_cell(models::Band band);

// From its least to its most, `between` them; one number where they look alike. `-` where it is unknown.
std::string band_text(models::Band band, int digits, std::string_view between);

// "2025 to 2026-04": of prices.
std::string dates_text(std::uint32_t oldest, std::uint32_t newest);

} // namespace scribeline::results
