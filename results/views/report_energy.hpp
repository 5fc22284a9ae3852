// The joules of a token, by what they are spent on, and the power of the wafers.
#pragma once

#include "models/wafer/outcome.hpp"
#include "results/views/report_text.hpp"

#include <string>

namespace scribeline::results {

std::string energy_text(double joules); // 3.52 J, 41.2 mJ
std::string power_text(double watts);   // 13.4 kW, 20.6 W

// Nothing of a run that has no energies.
void add_energy(Page& text, models::Outcome const& outcome);

} // namespace scribeline::results
