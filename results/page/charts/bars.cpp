#include "results/page/charts/bars.hpp"

#include "results/page/colours.hpp"
#include "results/page/markup.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

constexpr double      row_height = 30, bar_height = 19, character = 7.4;
constexpr std::size_t most_label = 30;

double sum_of(BarRow const& row)
{
    double sum = 0;
    for (auto const& part : row.parts)
        sum += part.value > 0 ? part.value : 0;
    return sum;
}

} // namespace

double label_room(std::size_t characters)
{
    return 14 + character * static_cast<double>(std::clamp<std::size_t>(characters, 6, most_label));
}

double legend(Drawing& drawing, std::vector<std::pair<std::string, std::string>> const& names_and_classes, double left,
              double top)
{
    auto x = left, y = top;
    for (auto const& [name, css] : names_and_classes) {
        auto const shown = brief(name, most_label);
        auto const width = 34 + character * static_cast<double>(shown.size());
        if (x + width > drawing.width() && x > left) {
            x = left;
            y += 21;
        }
        drawing.rect(x, y, 13, 13, css);
        drawing.text(x + 19, y + 11, shown);
        x += width;
    }
    return y + 21;
}

Drawing stacked_bars(std::vector<BarRow> const& rows, std::string const& axis)
{
    auto        colours = Colours{};
    std::size_t label = 0, behind = 0;
    double      most = 0;
    for (auto const& row : rows) {
        if (!row.parts.empty())
            label = std::max(label, row.label.size());
        behind = std::max(behind, row.behind.size());
        most   = std::max(most, sum_of(row));
        for (auto const& part : row.parts)
            if (part.value > 0)
                colours.of(part.name);
    }
    auto       drawing = Drawing{figure_width, 100};
    auto const left    = label_room(label);
    auto const right   = figure_width - 20 - character * static_cast<double>(std::min<std::size_t>(behind, 34));
    auto       y       = colours.all().size() > 1 ? legend(drawing, colours.all(), left, 2) + 6 : 6;
    auto const x       = Scale{0, most > 0 ? most : 1, left, right};
    auto const bottom  = y + row_height * static_cast<double>(rows.size()) + 2;
    x_axis(drawing, x, y - 2, bottom, axis);
    for (auto const& row : rows) {
        if (row.parts.empty() && row.behind.empty()) {
            drawing.text(0, y + 20, brief(row.label, 90), "b");
            y += row_height;
            continue;
        }
        drawing.text(left - 9, y + 18, brief(row.label, most_label), "e");
        auto at = 0.0;
        for (auto const& part : row.parts) {
            if (!(part.value > 0))
                continue;
            drawing.rect(x(at), y + 4, x(at + part.value) - x(at), bar_height, colours.of(part.name),
                         fmt::format("{}: {}", part.name, part.text));
            at += part.value;
        }
        drawing.text(x(at) + 7, y + 18, brief(row.behind, 60));
        y += row_height;
    }
    drawing.grow(bottom + 44);
    return drawing;
}

} // namespace scribeline::results::page
