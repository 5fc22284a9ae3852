// The report's tables of where the time went: bar by bar, by operator, by part.
#pragma once

#include "models/wafer/outcome.hpp"
#include "results/views/report_text.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results {

// All operators of one name: of a layer, or of all layers of a token.
struct OperatorSum {
    std::string   name;
    std::string   collective; // "several": the layers differ
    std::uint64_t count  = 0;
    std::uint64_t cycles = 0;
    models::Parts parts{};
};
std::vector<OperatorSum> by_name(std::vector<models::OperatorOutcome> const& operators); // as they first appear

// Each appends a heading and lines of at most 100 columns, and nothing when there is nothing to show.
void add_waterfall(Page& text, models::Outcome const& outcome);
void add_operators(Page& text, models::Outcome const& outcome);
void add_parts(Page& text, models::Outcome const& outcome);

} // namespace scribeline::results
