// What table, CSV, JSON and the page of docs share about measured cases: figures, and sentences.
#pragma once

#include "models/published/run_case.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

std::string figure(double value);                           // 12,732; 759.5; 0.0011951
std::string signed_percent(double deviation);               // +0.07 %
std::string subject(models::MeasuredCase const& measured);  // "llama-3-8b on wse2, 420x420, context 4096"
std::string tally(std::vector<models::CaseOutcome> const&); // "17 rows: 16 within their tolerance, 1 not simulated"

// CSV and JSON for programs; see published_report.hpp.
std::string cases_csv(std::vector<models::CaseOutcome> const& outcomes);
std::string cases_json(std::vector<models::CaseOutcome> const& outcomes);

} // namespace scribeline::results
