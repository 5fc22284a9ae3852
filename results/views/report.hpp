// What a run tells the person who asked for it, on stdout: a page of text, JSON for programs, CSV for tables.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/outcome.hpp"

#include <iosfwd>

namespace scribeline::results {

void print_report(std::ostream& out, configs::Config const& config, models::Outcome const& outcome);
void print_json(std::ostream& out, configs::Config const& config, models::Outcome const& outcome);
void print_csv(std::ostream& out, models::Outcome const& outcome); // one row per operator

// In the format that the configuration asks for.
void print(std::ostream& out, configs::Config const& config, models::Outcome const& outcome);

} // namespace scribeline::results
