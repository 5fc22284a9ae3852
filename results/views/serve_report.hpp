// What came of serving, as a document: the figures of AIPerf, where time went, what engines and links did, the books.
#pragma once

#include "models/serving/serving_summary.hpp"
#include "models/serving/system_outcome.hpp"
#include "results/document/document.hpp"

namespace scribeline::results {

Document document_of(models::ServingOutcome const& outcome, models::ServingSummary const& summary,
                     models::ServiceLevel const& level);

// The same requests on several systems, a row each.
struct ServedSystem {
    std::string            name;
    models::ServingSummary summary;
};
Document document_of_systems(std::string const& source, std::vector<ServedSystem> const& systems,
                             models::ServiceLevel const& level);

} // namespace scribeline::results
