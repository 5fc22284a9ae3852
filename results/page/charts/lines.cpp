#include "results/page/charts/lines.hpp"

#include "results/page/charts/bars.hpp"
#include "results/page/markup.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

struct Range {
    double least = std::numeric_limits<double>::infinity(), most = -least;
    void   take(double value)
    {
        if (std::isfinite(value)) {
            least = std::min(least, value);
            most  = std::max(most, value);
        }
    }
};

struct Name {
    double      y;
    std::string words, css;
};

// So far apart that none lies over another, as near to its place as that allows.
void spread(std::vector<Name>& names, double top, double bottom)
{
    constexpr double apart = 16;
    std::stable_sort(names.begin(), names.end(), [](Name const& a, Name const& b) { return a.y < b.y; });
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i].y = std::max(names[i].y, i == 0 ? top : names[i - 1].y + apart);
    for (std::size_t i = names.size(); i-- > 0;)
        names[i].y = std::min(names[i].y, i + 1 == names.size() ? bottom : names[i + 1].y - apart);
}

} // namespace

Drawing line_chart(LineChart const& chart)
{
    auto        xs = Range{}, ys = Range{};
    std::size_t name = 0;
    for (auto const& curve : chart.curves) {
        name = std::max(name, curve.name.size());
        for (auto const& [x, y] : curve.points) {
            xs.take(x);
            ys.take(y);
        }
    }
    for (auto const& mark : chart.marks)
        xs.take(mark.x);
    if (chart.from_zero && !chart.log_y)
        ys.take(0);
    auto const many    = chart.curves.size() > 14; // more names than there is room for stand nowhere but in the tips
    auto       drawing = Drawing{figure_width, chart.height};
    auto const left = 70.0, top = 28.0, bottom = chart.height - 48;
    auto const right = figure_width - (many ? 20 : 16 + label_room(std::min<std::size_t>(name, 24)));
    auto const x     = Scale{xs.least, xs.most, left + 8, right - 8, chart.log_x};
    auto const room  = chart.log_y ? ys.most : ys.most + (ys.most - ys.least) * 0.04;
    auto const y     = Scale{ys.least, room, bottom, top, chart.log_y};
    x_axis(drawing, x, top, bottom, chart.x);
    y_axis(drawing, y, left, right, chart.y);
    drawing.line(left, bottom, right, bottom, "ax");
    auto names = std::vector<Name>{};
    for (auto const& curve : chart.curves) {
        auto d = std::string{};
        for (auto const& [px, py] : curve.points) {
            if (!std::isfinite(px) || !std::isfinite(py))
                continue;
            if (curve.steps && !d.empty())
                d += fmt::format("H{}", place(x(px)));
            d += fmt::format("{}{} {}", d.empty() ? "M" : "L", place(x(px)), place(y(py)));
        }
        if (d.empty())
            continue;
        drawing.path(d, "curve s" + curve.css, curve.name);
        if (curve.dots)
            for (auto const& [px, py] : curve.points)
                if (std::isfinite(px) && std::isfinite(py))
                    drawing.dot(x(px), y(py), 4, curve.css,
                                fmt::format("{}: {} at {}", curve.name, tick_text(py), tick_text(px)));
        auto const last = std::find_if(curve.points.rbegin(), curve.points.rend(),
                                       [](auto const& p) { return std::isfinite(p.second) && std::isfinite(p.first); });
        names.push_back({y(last->second) + 4, curve.name, curve.css});
    }
    for (auto const& mark : chart.marks) {
        auto const at = x(mark.x), height = std::isfinite(mark.y) ? y(mark.y) : bottom - 9;
        drawing.path(fmt::format("M{} {}l10 10m0-10l-10 10", place(at - 5), place(height - 5)), "curve s" + mark.css,
                     mark.words);
    }
    if (!many) {
        spread(names, top + 4, bottom);
        for (auto const& each : names) {
            drawing.rect(right + 6, each.y - 9, 9, 9, each.css);
            drawing.text(right + 20, each.y, brief(each.words, 24));
        }
    }
    return drawing;
}

} // namespace scribeline::results::page
