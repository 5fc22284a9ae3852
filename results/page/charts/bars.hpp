// Parts of a whole as bars along one axis, one row a whole: the same part has the same colour in every row.
#pragma once

#include "results/page/drawing.hpp"

#include <string>
#include <vector>

namespace scribeline::results::page {

struct BarPart {
    std::string name;
    double      value = 0; // in the axis's units; what is not positive is not drawn
    std::string text;      // "12.3 ms"
};
struct BarRow {
    std::string          label;
    std::vector<BarPart> parts;  // none: a heading, or what `behind` says
    std::string          behind; // at the end of the bar
};

constexpr double figure_width = 880;

// All rows on one axis, which begins at zero.
Drawing stacked_bars(std::vector<BarRow> const& rows, std::string const& axis);

// Room for labels of that many characters, within reason.
double label_room(std::size_t characters);

// Swatches with names, over as many lines as they need; returns where they end.
double legend(Drawing& drawing, std::vector<std::pair<std::string, std::string>> const& names_and_classes, double left,
              double top);

} // namespace scribeline::results::page
