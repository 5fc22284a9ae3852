#include "results/page/charts/lanes.hpp"

#include "results/page/charts/bars.hpp"
#include "results/page/colours.hpp"
#include "results/page/markup.hpp"

#include <algorithm>
#include <cmath>
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
        auto sorted = chart.spans;
        std::stable_sort(sorted.begin(), sorted.end(), [](Span const& one, Span const& other) {
            return one.lane != other.lane ? one.lane < other.lane : one.from < other.from;
        });
        for (auto const& [name, css] : colours.all()) {
            auto d = std::string{};
            for (std::size_t i = 0; i < sorted.size(); ++i) {
                if (sorted[i].colour_by != name)
                    continue;
                auto const from = x(sorted[i].from), lane = static_cast<double>(sorted[i].lane);
                while (i + 1 < sorted.size() && sorted[i + 1].colour_by == name &&
                       sorted[i + 1].lane == sorted[i].lane && sorted[i + 1].from <= sorted[i].until)
                    ++i; // one behind another: one stroke
                d += fmt::format("M{:.0f} {:.0f}h{}", from, top + row * (lane + 0.5),
                                 std::max(1L, std::lround(x(sorted[i].until) - from)));
            }
            drawing.raw(fmt::format("<path d=\"{}\" class=\"lane s{}\" stroke-width=\"{}\" data-tip=\"{}\"/>\n", d, css,
                                    place(row - 3), escaped(name)));
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
