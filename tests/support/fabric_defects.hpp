// Small physical grids and their defects, drawn.
#pragma once

#include "fabric/yield/defect_map.hpp"
#include "support/draw.hpp"

#include <set>

namespace scribeline::tests {

inline fabric::PhysicalGrid drawn_grid(Draw& draw)
{
    auto grid           = fabric::PhysicalGrid{};
    grid.usable_columns = draw.between(1, 12);
    grid.usable_rows    = draw.between(1, 12);
    grid.columns        = grid.usable_columns + draw.between(0, 4);
    grid.rows           = grid.usable_rows + draw.between(0, 4);
    return grid;
}

// Up to one dead PE in `share`, and one.
inline fabric::DefectMap drawn_defects(Draw& draw, fabric::PhysicalGrid const& grid, std::uint32_t share)
{
    auto       places  = std::set<fabric::Place>{};
    auto const defects = draw.between(0, grid.columns * grid.rows / share + 1);
    for (std::uint32_t i = 0; i < defects; ++i) {
        auto const x = draw.between(0, grid.columns - 1);
        places.insert({x, draw.between(0, grid.rows - 1)});
    }
    auto map = fabric::DefectMap{};
    map.dead.assign(places.begin(), places.end());
    return map;
}

} // namespace scribeline::tests
