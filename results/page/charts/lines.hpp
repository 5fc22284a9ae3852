// Curves over an axis, each with its name at its end, and dots where the values are.
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::results::page {

struct Curve {
    std::string                            name;
    std::string                            css;           // "q3"
    std::vector<std::pair<double, double>> points;        // by x
    bool                                   steps = false; // flat up to the next
    bool                                   dots  = true;
};
struct LineMark { // a cross with words at a place
    double      x = 0, y = 0;
    std::string words;
    std::string css;
};

struct LineChart {
    std::string           x, y; // what the axes say
    bool                  log_x = false, log_y = false;
    bool                  from_zero = true; // of y
    std::vector<Curve>    curves;
    std::vector<LineMark> marks;
    double                height = 340;
};

Drawing line_chart(LineChart const& chart);

} // namespace scribeline::results::page
