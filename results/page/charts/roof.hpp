// A roofline with a third ceiling. Over FLOPs a byte there is what the memory allows (a slope), what arithmetic allows
// (a line), and what *distance* allows: FLOPs over the time that words travel, were memory and arithmetic to take none.
// A point under the slope alone would be called bound by memory; where distance is the lowest, it is not.
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <vector>

namespace scribeline::results::page {

struct RoofPoint {
    std::string name, css;
    double      intensity = 0; // flop/byte
    double      rate      = 0; // flop/s
    double      distance  = 0; // flop/s that the way of words allows; 0: it has none
};

struct Roof {
    double                 bandwidth  = 0; // byte/s
    double                 arithmetic = 0; // flop/s
    std::vector<RoofPoint> points;         // the first is the whole
};

Drawing roof_chart(Roof const& roof);

std::string flops_text(double flops); // 2.49 PFLOP/s

} // namespace scribeline::results::page
