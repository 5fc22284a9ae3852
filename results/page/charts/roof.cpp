#include "results/page/charts/roof.hpp"

#include "results/page/charts/bars.hpp"
#include "results/page/markup.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

std::string flops_text(double flops)
{
    return flops >= 1e15   ? fmt::format("{:.3g} PFLOP/s", flops / 1e15)
           : flops >= 1e12 ? fmt::format("{:.3g} TFLOP/s", flops / 1e12)
                           : fmt::format("{:.3g} GFLOP/s", flops / 1e9);
}

Drawing roof_chart(Roof const& roof)
{
    constexpr double height = 400, left = 84, right = figure_width - 24, top = 30, bottom = height - 48;
    double           x0 = 0.25, x1 = 16, y0 = roof.arithmetic, y1 = std::max(roof.arithmetic, x1 * roof.bandwidth);
    for (auto const& point : roof.points) {
        x0 = std::min(x0, point.intensity / 2);
        x1 = std::max(x1, point.intensity * 2);
        y0 = std::min(y0, point.rate / 2);
    }
    y1                 = std::max(roof.arithmetic, x0 * roof.bandwidth) * 4;
    auto       drawing = Drawing{figure_width, height};
    auto const x       = Scale{x0, x1, left, right, true};
    auto const y       = Scale{y0 / 1e9, y1 / 1e9, bottom, top, true};
    x_axis(drawing, x, top, bottom, "FLOPs for each byte of weights and KV cache");
    for (auto const tick : y.ticks(6)) {
        drawing.line(left, y(tick), right, y(tick), "grid");
        drawing.text(left - 7, y(tick) + 4, tick_text(tick), "e m");
    }
    drawing.text(left - 7, top - 12, "GFLOP/s", "ylabel");
    auto const ceiling = [&](double flops, std::string const& words, char const* css) {
        drawing.line(left, y(flops / 1e9), right, y(flops / 1e9), css);
        drawing.text(right - 4, y(flops / 1e9) - 6, fmt::format("{}: {}", words, flops_text(flops)), "e");
    };
    // The slope, up to the end of the picture.
    auto const end = std::min(x1, y1 / roof.bandwidth), begin = std::max(x0, y0 / roof.bandwidth);
    if (end > begin) {
        drawing.path(fmt::format("M{} {}L{} {}", place(x(begin)), place(y(begin * roof.bandwidth / 1e9)), place(x(end)),
                                 place(y(end * roof.bandwidth / 1e9))),
                     "curve sq9", "memory: what all PEs read at the peak of their SRAM");
        drawing.text(std::min(x(end) + 6, right - 150), y(end * roof.bandwidth / 1e9) + 14, "memory, all PEs at peak");
    }
    ceiling(roof.arithmetic, "arithmetic of a region", "curve sq1");
    if (!roof.points.empty() && roof.points.front().distance > 0)
        ceiling(roof.points.front().distance, "distance: words on their way", "curve sq3 dashed");
    for (std::size_t i = roof.points.size(); i-- > 0;) {
        auto const& point = roof.points[i];
        if (!(point.rate > 0) || !(point.intensity > 0))
            continue;
        drawing.dot(x(point.intensity), y(point.rate / 1e9), i == 0 ? 8 : 5, point.css,
                    fmt::format("{}: {} at {:.3g} flop/byte{}", point.name, flops_text(point.rate), point.intensity,
                                point.distance > 0 ? ", distance allows " + flops_text(point.distance) : ""));
    }
    if (!roof.points.empty()) {
        auto const& whole = roof.points.front();
        drawing.text(x(whole.intensity) + 13, y(whole.rate / 1e9) + 5,
                     fmt::format("{}: {}", whole.name, flops_text(whole.rate)), "b");
    }
    return drawing;
}

} // namespace scribeline::results::page
