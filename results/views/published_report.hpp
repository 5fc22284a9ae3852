// `scribeline published`: measured cases through the model, and how far off it is, as a page of text, JSON or CSV.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"
#include "models/published/run_case.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::results {

// Reads the files that --cases names (none: the rows that come with the program), runs their rows and prints them.
// Returns done, answer_is_no when a row is outside its tolerance, does not fit, or no row could be simulated, and
// internal when a simulation could not be trusted. Throws configs::UserError for what is wrong in a file, before
// anything runs.
configs::Exit published(configs::CommandLine const& line, std::ostream& out);

configs::Exit exit_of(std::vector<models::CaseOutcome> const& outcomes);

void print(std::ostream& out, configs::OutputFormat format, std::vector<models::CaseOutcome> const& outcomes);

} // namespace scribeline::results
