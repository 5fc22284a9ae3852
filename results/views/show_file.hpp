// `scribeline show FILE.h5`: what a result file holds, as it stands there: summary, operators and stages.
#pragma once

#include "configs/config.hpp"

#include <string>

namespace scribeline::results {

// The table adds up operators of one name; JSON and CSV have each row of the file. CSV is one long table
// (table, row, column, units, value). Throws configs::UserError as read_run does.
std::string show_file(std::string const& path, configs::OutputFormat format);

} // namespace scribeline::results
