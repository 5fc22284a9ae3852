// Many points over two axes. A point takes some ten bytes, so that ten thousand of them fit into a page.
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::results::page {

struct PointGroup {
    std::string                            name, css; // drawn one above the other, the last on top
    std::vector<std::pair<double, double>> points;
    bool                                   joined = false; // by a staircase: a front
};

struct PointChart {
    std::string             x, y;
    std::vector<PointGroup> groups;
};

Drawing point_chart(PointChart const& chart);

} // namespace scribeline::results::page
