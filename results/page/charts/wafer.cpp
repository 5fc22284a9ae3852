#include "results/page/charts/wafer.hpp"

#include "configs/reticle_boundaries.hpp"
#include "results/page/charts/bars.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results::page {

namespace {

struct Place {
    double x, y;
};

} // namespace

Drawing wafer_plan(WaferGrid const& grid, std::vector<PlacedRegion> const& regions)
{
    constexpr double gap = 22, head = 20;
    std::uint32_t    wafers = 1;
    double           most   = 0;
    for (auto const& region : regions) {
        wafers = std::max(wafers, region.wafer + 1);
        most   = std::max(most, region.share);
    }
    // As large as a row of them allows, one alone not the whole width.
    auto const across = std::min<std::uint32_t>(wafers, wafers <= 4 ? wafers : wafers <= 12 ? 6 : 10);
    auto const down   = (wafers + across - 1) / across;
    auto const widest = across == 1 ? 420.0 : (figure_width - gap * (across - 1)) / across;
    auto const scale  = std::min(widest / grid.columns, (across == 1 ? 560.0 : 620.0 / down) / grid.rows);
    auto const width = scale * grid.columns, height = scale * grid.rows;
    auto const margin  = (figure_width - width * across - gap * (across - 1)) / 2;
    auto       drawing = Drawing{figure_width, (height + head + 6) * down + 6};
    auto const corner  = [&](std::uint32_t wafer) {
        return Place{margin + (wafer % across) * (width + gap), head + (wafer / across) * (height + head + 6)};
    };
    for (std::uint32_t wafer = 0; wafer < wafers; ++wafer) {
        auto const at = corner(wafer);
        if (width > 40)
            drawing.text(at.x, at.y - 6, fmt::format("wafer {}", wafer), "m");
        drawing.rect(at.x, at.y, width, height, "wafer");
    }
    for (auto const& region : regions) {
        auto const at = corner(region.wafer);
        drawing.rect(at.x + scale * region.x, at.y + scale * region.y, scale * region.columns, scale * region.rows,
                     region.share > 0.999 * most && regions.size() > 1 ? "region most" : "region", region.tip);
    }
    for (std::uint32_t wafer = 0; wafer < wafers; ++wafer) {
        auto const at = corner(wafer);
        auto       d  = std::string{};
        for (std::uint32_t i = 1; i < grid.reticle_columns; ++i)
            d += fmt::format("M{} {}v{}",
                             place(at.x + scale * configs::reticle_boundary(i, grid.columns, grid.reticle_columns)),
                             place(at.y), place(height));
        for (std::uint32_t i = 1; i < grid.reticle_rows; ++i)
            d += fmt::format("M{} {}h{}", place(at.x),
                             place(at.y + scale * configs::reticle_boundary(i, grid.rows, grid.reticle_rows)),
                             place(width));
        drawing.path(d, "scribe", "scribe lines, between reticles");
    }
    auto const centre = [&](PlacedRegion const& region) {
        auto const at = corner(region.wafer);
        return Place{at.x + scale * (region.x + region.columns / 2.0), at.y + scale * (region.y + region.rows / 2.0)};
    };
    auto way = std::string{};
    for (std::size_t i = 0; i < regions.size(); ++i) {
        auto const at = centre(regions[i]);
        way += fmt::format("{}{} {}", i == 0 ? "M" : "L", place(at.x), place(at.y));
    }
    if (regions.size() > 1)
        drawing.path(way + "Z", "way", "the way of the token: from stage to stage, and back to the first");
    for (std::size_t i = 0; i < regions.size(); ++i) {
        auto const at   = centre(regions[i]);
        auto const room = scale * std::min(regions[i].columns, regions[i].rows);
        if (room > 26) {
            drawing.dot(at.x, at.y, 11, "stop", regions[i].tip);
            drawing.text(at.x, at.y + 4.5, fmt::format("{}", i), "c stopname");
        } else {
            drawing.dot(at.x, at.y, std::clamp(room / 5, 1.0, 3.0), "stop", regions[i].tip);
        }
    }
    return drawing;
}

} // namespace scribeline::results::page
