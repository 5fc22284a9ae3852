// Measured cases from CSV files. All that is wrong in all files is said at once, with file, line, row and column,
// before anything runs. A file is about wafers (case_columns) or about GPUs (gpu_case_columns); its header tells.
#pragma once

#include "models/published/measured_case.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scribeline::models {

// The files that come with the program: of wafers, and of GPUs. Throws configs::UserError (no_input) when the share
// folder lacks one.
std::vector<std::string> shipped_cases();

// In the order of the files and of their rows. Throws configs::UserError: no_input for a file that cannot be read,
// bad_config for what is wrong in one.
std::vector<MeasuredCase> read_cases(std::vector<std::string> const& files);

// The same from text; `file` is what messages call it, and where paths in `machine` and `model` start from.
std::vector<MeasuredCase> parse_cases(std::string_view text, std::string const& file);

} // namespace scribeline::models
