// Parallel axes: each point is a line that crosses every axis at its value.
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <vector>

namespace scribeline::results::page {

struct ParallelAxis {
    std::string              name;
    std::vector<double>      values; // one a point; of words their number
    std::vector<std::string> words;  // by that number; none: values are numbers
};

// `css` of each line. Beyond some hundred lines they are thin and pale.
Drawing parallel_axes(std::vector<ParallelAxis> const& axes, std::vector<std::string> const& css);

} // namespace scribeline::results::page
