// Wafers from above: reticles, the scribe lines between them, the regions that hold blocks of the model, and the way of
// a token through them.
#pragma once

#include "results/page/drawing.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results::page {

struct WaferGrid {
    std::uint32_t columns = 0, rows = 0;                 // PEs
    std::uint32_t reticle_columns = 1, reticle_rows = 1; // reticles along x and y
};
struct PlacedRegion {
    std::uint32_t wafer = 0, x = 0, y = 0, columns = 0, rows = 0;
    std::string   tip;
    double        share = 0; // of the token's time, which is its shade
};

// The regions in the order in which a token passes them.
Drawing wafer_plan(WaferGrid const& grid, std::vector<PlacedRegion> const& regions);

} // namespace scribeline::results::page
