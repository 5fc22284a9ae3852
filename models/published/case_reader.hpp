// The cells of one row, each understood by itself and all of them together: kind, machine, model, region, overrides,
// metric, unit, value.
#pragma once

#include "models/published/measured_case.hpp"

#include <array>
#include <string>
#include <vector>

namespace scribeline::models {

// In the order of case_columns.
using CaseCells = std::array<std::string, case_columns.size()>;

struct CellError {
    char const* column;
    std::string what;
};

// What is wrong is appended to `errors`; the case is of use only when nothing was. `folder` is where relative paths in
// `machine` and `model` start.
MeasuredCase read_case(CaseCells const& cells, std::string const& folder, std::vector<CellError>& errors);

} // namespace scribeline::models
