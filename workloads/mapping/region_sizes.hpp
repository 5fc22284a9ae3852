// Which sizes of regions the planner tries: first some of each order of magnitude, then those between the best of them.
#pragma once

#include "configs/parameters.hpp"

#include <vector>

namespace scribeline::workloads {

inline bool is_square(configs::GridSize size) { return size.columns == size.rows; }

// Regions that are not square stand in one column, so only their height divides the wafer; their widths are in equal
// ratios. Squares have a side that divides the wafer's columns or rows, or is one of these widths. mapping.region alone
// where it is given. `wide`: as wide as the wafer only, as tables over wafers need them.
std::vector<configs::GridSize> coarse_sizes(configs::Parameters const&, bool wide);

// Sizes between the coarse ones on both sides of `size`: a size need not divide the model's vectors, and a column less
// may save a step of every product. Squares stay squares.
std::vector<configs::GridSize> between_neighbours(configs::GridSize size, configs::Parameters const&, bool wide);

// Sizes up to twelve columns or rows away, which is assumed to be enough: what that passes by is within the forms'
// error (tests/property/workloads_planner_grows.cpp).
std::vector<configs::GridSize> beside(configs::GridSize size, configs::Parameters const&, bool wide);

} // namespace scribeline::workloads
