// `scribeline show FILE.h5`: what a result file holds, as it stands there: of a run its summary, operators and stages.
#pragma once

#include "configs/config.hpp"

#include <cstddef>
#include <string>

namespace scribeline::results {

// The table adds up operators of one name; JSON and CSV have each row of the file. CSV is one long table
// (table, row, column, units, value). Throws configs::UserError as read_run does.
std::string show_file(std::string const& path, configs::OutputFormat format, std::size_t width = 100);

} // namespace scribeline::results
