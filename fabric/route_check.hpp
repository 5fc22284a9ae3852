// Routes that lead nowhere: a wavelet sent to a tile that has no route for it, or off the region, would be lost.
#pragma once

#include "workloads/mapping/program.hpp"

namespace scribeline::fabric {

// Throws configs::SimulationFault that names the color and the tile: every port of every route must lead to a tile of
// the region that takes the color from that side.
void require_routes_join(workloads::Program const& program);

} // namespace scribeline::fabric
