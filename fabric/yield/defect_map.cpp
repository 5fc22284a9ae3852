// Defects are drawn reticle by reticle, and each by itself: the dense grid of a million PEs is never visited.
#include "fabric/yield/defect_map.hpp"

#include "configs/failure.hpp"
#include "configs/reticle_boundaries.hpp"
#include "configs/units/text.hpp"
#include "fabric/yield/defect_count.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

// One reticle of the physical grid, and how its area is shared out.
struct Exposure {
    std::uint32_t x0 = 0, x1 = 0, y0 = 0, y1 = 0;
    bool          east = false, south = false; // does a scribe line follow?

    std::uint32_t width() const { return x1 - x0; }
    std::uint32_t height() const { return y1 - y0; }
    std::uint64_t pes() const { return std::uint64_t{width()} * height(); }
    std::uint64_t crossings() const { return (east ? height() : 0U) + (south ? width() : 0U); }
};

Exposure exposure(PhysicalGrid const& grid, std::uint32_t column, std::uint32_t row)
{
    auto e  = Exposure{};
    e.x0    = configs::reticle_boundary(column, grid.columns, grid.reticle_columns);
    e.x1    = configs::reticle_boundary(column + 1, grid.columns, grid.reticle_columns);
    e.y0    = configs::reticle_boundary(row, grid.rows, grid.reticle_rows);
    e.y1    = configs::reticle_boundary(row + 1, grid.rows, grid.reticle_rows);
    e.east  = column + 1 < grid.reticle_columns;
    e.south = row + 1 < grid.reticle_rows;
    return e;
}

Place any_pe(Exposure const& e, configs::SplitMix64& random)
{
    auto const x = static_cast<std::uint32_t>(random.below(e.width()));
    auto const y = static_cast<std::uint32_t>(random.below(e.height()));
    return {e.x0 + x, e.y0 + y};
}

BrokenLink any_crossing(Exposure const& e, configs::SplitMix64& random)
{
    auto const link = static_cast<std::uint32_t>(random.below(e.crossings()));
    auto const east = e.east ? e.height() : 0U;
    return link < east ? BrokenLink{{e.x1 - 1, e.y0 + link}, true} : BrokenLink{{e.x0 + link - east, e.y1 - 1}, false};
}

template <class T> void settle(std::vector<T>& list)
{
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
}

} // namespace

PhysicalGrid physical_grid(configs::WaferParams const& wafer, configs::YieldParams const& yield,
                           configs::ScribeParams const& scribe)
{
    return {wafer.columns + yield.spare_columns,
            wafer.rows + yield.spare_rows,
            wafer.columns,
            wafer.rows,
            wafer.reticle_columns,
            wafer.reticle_rows,
            scribe.spare_links};
}

std::uint64_t DefectMap::defects() const
{
    return std::accumulate(on_reticle.begin(), on_reticle.end(), std::uint64_t{0});
}

std::uint32_t DefectMap::reticles_without() const
{
    return static_cast<std::uint32_t>(std::count(on_reticle.begin(), on_reticle.end(), 0U));
}

void settle_links(PhysicalGrid const& grid, DefectMap& map)
{
    settle(map.dead);
    settle(map.broken);
    auto const is_dead = [dead = map.dead](Place place) { return std::binary_search(dead.begin(), dead.end(), place); };
    auto const reticle = [&](Place place) {
        return configs::scribe_lines(0, place.y, grid.rows, grid.reticle_rows) * grid.reticle_columns +
               configs::scribe_lines(0, place.x, grid.columns, grid.reticle_columns);
    };
    auto used   = std::map<std::pair<std::uint32_t, bool>, std::uint32_t>{}; // spare wires, by the edge of a reticle
    map.rewired = 0;
    for (auto const& link : map.broken) {
        auto const beyond = link.east ? Place{link.from.x + 1, link.from.y} : Place{link.from.x, link.from.y + 1};
        if (is_dead(link.from) || is_dead(beyond))
            continue; // nobody needs it
        auto& wires = used[{reticle(link.from), link.east}];
        if (wires < grid.spare_links) {
            ++wires;
            ++map.rewired;
        } else {
            map.dead.push_back(link.from);
        }
    }
    settle(map.dead);
}

DefectMap draw_defects(PhysicalGrid const& grid, configs::YieldParams const& yield, configs::SplitMix64 random)
{
    auto         map  = DefectMap{};
    double const tile = yield.wafer_area.value / static_cast<double>(grid.pes());
    for (std::uint32_t row = 0; row < grid.reticle_rows; ++row)
        for (std::uint32_t column = 0; column < grid.reticle_columns; ++column) {
            auto const   e         = exposure(grid, column, row);
            double const area      = tile * static_cast<double>(e.pes());
            double const crossings = static_cast<double>(e.crossings()) * yield.crossing_area.value / area;
            if (crossings > 1)
                throw configs::UserError{
                    configs::Exit::bad_config,
                    fmt::format("yield.crossing_area = {}: {} links over scribe lines would take {:.4g} of the {:.4g} "
                                "mm2 of a reticle. Choose less",
                                configs::print(yield.crossing_area), e.crossings(), crossings * area, area)};
            double const pes   = std::min(1 - crossings, yield.core_area.value / tile);
            auto const   count = defect_count(yield.defect_density.value * area, yield.clustering, random);
            map.on_reticle.push_back(static_cast<std::uint32_t>(count));
            for (std::uint64_t i = 0; i < count; ++i) {
                double const where = random.uniform();
                if (where < crossings)
                    map.broken.push_back(any_crossing(e, random));
                else if (where < crossings + pes)
                    map.dead.push_back(any_pe(e, random));
            }
        }
    settle_links(grid, map);
    return map;
}

} // namespace scribeline::fabric
