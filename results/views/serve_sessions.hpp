// Of what came of serving: sessions, tools, and the tiers below the KV pools.
#pragma once

#include "models/serving/session_summary.hpp"
#include "models/serving/system_outcome.hpp"
#include "results/document/document.hpp"

#include <vector>

namespace scribeline::results {

// Nothing where each request is a session of its own, or nothing of the kind was there.
std::vector<Section> session_sections(models::ServingOutcome const& outcome);
std::vector<Section> tier_sections(models::ServingOutcome const& outcome);

} // namespace scribeline::results
