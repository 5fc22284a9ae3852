// Which systems are enough, the near misses, and the Pareto fronts.
#pragma once

#include "models/serving/capacity.hpp"
#include "results/document/document.hpp"

#include <string>

namespace scribeline::results {

// `candidates` as models::rank() leaves them; `asked`: the workload in words.
Document document_of(std::vector<models::Candidate> const& candidates, models::CapacityGoal const& goal,
                     std::string const& asked);

} // namespace scribeline::results
