// The panels of a run's page, in the order in which they stand. Each is without blocks where the file holds nothing of
// it.
#pragma once

#include "results/page/run_facts.hpp"
#include "results/page/sheet.hpp"

namespace scribeline::results::page {

Panel waterfall_panel(RunFacts const& run); // bars that open: operators, parameters, what to try
Panel operators_panel(RunFacts const& run); // what ran when, one layer, and all by name

Panel wafer_panel(RunFacts const& run); // regions and the way of the token, or maps of the PEs
Panel scribe_panel(RunFacts const& run);
Panel sram_panel(RunFacts const& run);

Panel energy_panel(RunFacts const& run);
Panel roofline_panel(RunFacts const& run);

Panel plan_panel(RunFacts const& run);
Panel parameters_panel(RunFacts const& run);
Panel books_panel(RunFacts const& run);
Panel figures_panel(RunFacts const& run); // all of the summary

// `run --from FILE` with a parameter changed: half of it where that is a value it may have, else twice. Empty for
// words.
std::string what_if(RunFacts const& run, ParameterFact const& parameter);

} // namespace scribeline::results::page
