#include "results/page/charts/parallel.hpp"

#include "results/page/charts/bars.hpp"
#include "results/page/markup.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace scribeline::results::page {

Drawing parallel_axes(std::vector<ParallelAxis> const& axes, std::vector<std::string> const& css)
{
    constexpr double height = 320, top = 46, bottom = height - 16, left = 70, right = figure_width - 90;
    auto             drawing = Drawing{figure_width, height};
    auto             scales  = std::vector<Scale>{};
    for (auto const& axis : axes) {
        auto least = std::numeric_limits<double>::infinity(), most = -least;
        for (auto const value : axis.values)
            if (std::isfinite(value)) {
                least = std::min(least, value);
                most  = std::max(most, value);
            }
        scales.emplace_back(least, most, bottom, top, axis.words.empty() && least > 0 && most > 30 * least);
    }
    auto const at = [&](std::size_t axis) {
        return axes.size() < 2
                   ? left
                   : left + (right - left) * static_cast<double>(axis) / static_cast<double>(axes.size() - 1);
    };
    auto by_class = std::map<std::string, std::string>{};
    for (std::size_t i = 0; i < css.size(); ++i) {
        auto d = std::string{};
        for (std::size_t a = 0; a < axes.size(); ++a)
            if (std::isfinite(axes[a].values[i]))
                d += fmt::format("{}{:.0f} {:.0f}", d.empty() ? "M" : "L", at(a), scales[a](axes[a].values[i]));
        by_class[css[i]] += d;
    }
    for (auto const& [name, d] : by_class)
        if (!d.empty())
            drawing.path(d, (css.size() > 200 ? "thread thin s" : "thread s") + name);
    for (std::size_t a = 0; a < axes.size(); ++a) {
        drawing.line(at(a), top, at(a), bottom, "ax");
        drawing.text(at(a), a % 2 == 0 ? 14 : 32, brief(axes[a].name, 28), a == 0 ? "" : "c");
        if (axes[a].words.empty()) {
            for (auto const tick : scales[a].ticks(5))
                drawing.text(at(a) + 6, scales[a](tick) + 4, tick_text(tick), "m halo");
        } else
            for (std::size_t w = 0; w < axes[a].words.size() && axes[a].words.size() <= 18; ++w)
                drawing.text(at(a) + 6, scales[a](static_cast<double>(w)) + 4, brief(axes[a].words[w], 18), "m halo");
    }
    return drawing;
}

} // namespace scribeline::results::page
