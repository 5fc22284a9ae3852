#include "results/page/charts/cascade.hpp"

#include "results/page/charts/bars.hpp"
#include "results/page/colours.hpp"
#include "results/page/markup.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::results::page {

Drawing cascade(std::vector<CascadeBar> const& bars, double whole, std::string const& axis)
{
    constexpr double row = 34, height = 23, top = 8;
    std::size_t      label = 0;
    for (auto const& bar : bars)
        label = std::max(label, bar.name.size());
    auto const left    = label_room(label);
    auto const bottom  = top + row * static_cast<double>(bars.size()) + 4;
    auto       drawing = Drawing{figure_width, bottom + 44};
    auto const x       = Scale{0, whole > 0 ? whole : 1, left, figure_width - 24};
    x_axis(drawing, x, top, bottom, axis);
    auto y = top;
    for (std::size_t i = 0; i < bars.size(); ++i, y += row) {
        auto const& bar  = bars[i];
        auto const  from = x(bar.from), until = x(bar.until);
        if (!bar.link.empty())
            drawing.raw(fmt::format("<a href=\"{}\">", escaped(bar.link)));
        drawing.text(left - 9, y + 21, brief(bar.name, 30), "e");
        drawing.rect(from, y + 5, std::max(1.0, until - from), height, colour_of(bar.name, i),
                     fmt::format("{}: {}", bar.name, bar.text));
        // Where there is more room, behind the bar or before it.
        auto const behind = figure_width - until > from - left;
        drawing.text(behind ? until + 8 : from - 8, y + 21, bar.text, behind ? "halo" : "e halo");
        if (!bar.link.empty())
            drawing.raw("</a>\n");
        if (i + 1 < bars.size())
            drawing.line(until, y + 5 + height, until, y + row + 5, "ax");
    }
    return drawing;
}

} // namespace scribeline::results::page
