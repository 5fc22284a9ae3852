// What ran when: spans on lanes over one axis of time.
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <vector>

namespace scribeline::results::page {

struct Span {
    std::size_t lane = 0;
    double      from = 0, until = 0;
    std::string colour_by; // a part's name
    std::string tip;
};

struct Lanes {
    std::string              axis;
    std::vector<std::string> names;
    std::vector<Span>        spans; // in any order
};

Drawing lanes(Lanes const& chart);

} // namespace scribeline::results::page
