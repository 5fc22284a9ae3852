#include "results/page/charts/points.hpp"

#include "results/page/charts/bars.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace scribeline::results::page {

Drawing point_chart(PointChart const& chart)
{
    constexpr double height = 420, left = 80, right = figure_width - 20;
    auto const       none = std::numeric_limits<double>::infinity();
    double           x0 = none, x1 = -none, y0 = none, y1 = -none;
    auto             names = std::vector<std::pair<std::string, std::string>>{};
    for (auto const& group : chart.groups) {
        if (!group.points.empty())
            names.emplace_back(group.name, group.css);
        for (auto const& [x, y] : group.points) {
            x0 = std::min(x0, x);
            x1 = std::max(x1, x);
            y0 = std::min(y0, y);
            y1 = std::max(y1, y);
        }
    }
    auto       drawing = Drawing{figure_width, height};
    auto const top     = legend(drawing, names, left, 2) + 22;
    auto const bottom  = height - 48;
    auto const wide    = [](double a, double b) { return a > 0 && b > 30 * a; }; // then by logarithm
    auto const x       = Scale{x0, x1, left + 10, right - 10, wide(x0, x1)};
    auto const y       = Scale{y0, y1, bottom - 8, top + 8, wide(y0, y1)};
    x_axis(drawing, x, top, bottom, chart.x + (x.logarithmic() ? ", by logarithm" : ""));
    y_axis(drawing, y, left, right, chart.y + (y.logarithmic() ? ", by logarithm" : ""));
    for (auto const& group : chart.groups) {
        auto sorted = group.points;
        std::sort(sorted.begin(), sorted.end());
        if (group.joined && sorted.size() > 1) {
            auto d = std::string{};
            for (auto const& [px, py] : sorted)
                d += fmt::format("{}{} {}", d.empty() ? "M" : "L", place(x(px)), place(y(py)));
            drawing.path(d, "curve s" + group.css);
        }
        auto d = std::string{};
        for (auto const& [px, py] : sorted)
            d += fmt::format("M{:.0f} {:.0f}h0", x(px), y(py));
        if (!d.empty())
            drawing.path(d, "dots s" + group.css);
    }
    return drawing;
}

} // namespace scribeline::results::page
