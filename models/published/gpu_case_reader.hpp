// The cells of one row about GPUs, as case_reader.hpp has it for wafers.
#pragma once

#include "models/published/case_reader.hpp"

#include <array>
#include <string>
#include <vector>

namespace scribeline::models {

// In the order of gpu_case_columns; cells of columns that the file lacks are empty.
using GpuCaseCells = std::array<std::string, gpu_case_columns.size()>;

MeasuredCase read_gpu_case(GpuCaseCells const& cells, std::string const& folder, std::vector<CellError>& errors);

} // namespace scribeline::models
