#include "results/page/charts/lanes.hpp"

#include "results/page/charts/bars.hpp"
#include "results/page/colours.hpp"
#include "results/page/markup.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace scribeline::results::page {

constexpr std::size_t most_with_tips = 200;

Drawing lanes(Lanes const& chart)
{
    auto const  row     = chart.names.size() > 24 ? 13.0 : chart.names.size() > 12 ? 19.0 : 26.0;
    auto        colours = Colours{};
    std::size_t label   = 0;
    double      least = std::numeric_limits<double>::infinity(), most = -least;
    for (auto const& name : chart.names)
        label = std::max(label, name.size());
    for (auto const& span : chart.spans) {
        least = std::min(least, span.from);
        most  = std::max(most, span.until);
        colours.of(span.colour_by);
    }
    auto       drawing = Drawing{figure_width, 100};
    auto const left    = label_room(label);
    auto const top     = legend(drawing, colours.all(), left, 2) + 6;
    auto const bottom  = top + row * static_cast<double>(chart.names.size());
    auto const x       = Scale{least, most, left, figure_width - 24};
    x_axis(drawing, x, top, bottom, chart.axis);
    for (std::size_t i = 0; i < chart.names.size(); ++i)
        if (row > 14 || i % 4 == 0)
            drawing.text(left - 9, top + row * (static_cast<double>(i) + 0.5) + 4, brief(chart.names[i], 30), "e");
    if (chart.spans.size() > most_with_tips) { // a path a colour: some fifteen bytes a span
        for (auto const& [name, css] : colours.all()) {
            auto d = std::string{};
            for (auto const& span : chart.spans)
                if (span.colour_by == name)
                    d += fmt::format("M{} {}h{}v{}h-{}", place(x(span.from)),
                                     place(top + row * static_cast<double>(span.lane) + 1.5),
                                     place(std::max(0.6, x(span.until) - x(span.from))), place(row - 3),
                                     place(std::max(0.6, x(span.until) - x(span.from))));
            drawing.path(d, css, name);
        }
        drawing.grow(bottom + 44);
        return drawing;
    }
    for (auto const& span : chart.spans)
        drawing.rect(x(span.from), top + row * static_cast<double>(span.lane) + 1.5,
                     std::max(0.6, x(span.until) - x(span.from)), row - 3, colours.of(span.colour_by), span.tip);
    drawing.grow(bottom + 44);
    return drawing;
}

} // namespace scribeline::results::page
