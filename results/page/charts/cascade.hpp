// The waterfall of a token: each bar begins where the one before ends, from the memory's peak to what came out.
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <vector>

namespace scribeline::results::page {

struct CascadeBar {
    std::string name;
    double      from = 0, until = 0; // microseconds
    std::string text;                // behind it
    std::string link;                // "#part-hops": where a click leads; empty: nowhere
};

Drawing cascade(std::vector<CascadeBar> const& bars, double whole, std::string const& axis);

} // namespace scribeline::results::page
