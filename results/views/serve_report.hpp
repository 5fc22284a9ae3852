// What came of serving, as a document: the figures of AIPerf, where time went, what engines and links did, the books.
#pragma once

#include "models/serving/serving_summary.hpp"
#include "models/serving/system_outcome.hpp"
#include "results/document/document.hpp"

namespace scribeline::results {

Document document_of(models::ServingOutcome const& outcome, models::ServingSummary const& summary,
                     models::ServiceLevel const& level);

} // namespace scribeline::results
