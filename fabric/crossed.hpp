// Of the wavelets that a program delivers, how many have crossed a scribe line on their way. A stream comes straight
// along one axis from its sender, so the program itself says it.
#pragma once

#include "fabric/geometry.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::fabric {

std::uint64_t wavelets_crossed(workloads::Program const& program, Geometry const& geometry);

} // namespace scribeline::fabric
