// The cells of one row about requests that were served.
#pragma once

#include "models/published/case_reader.hpp"
#include "models/published/served_case.hpp"

#include <array>
#include <string>
#include <vector>

namespace scribeline::models {

// In the order of served_case_columns.
using ServedCaseCells = std::array<std::string, served_case_columns.size()>;

// As read_case(); paths in `machine`, `model` and `trace` start at `folder`.
MeasuredCase read_served_case(ServedCaseCells const& cells, std::string const& folder, std::vector<CellError>& errors);

} // namespace scribeline::models
