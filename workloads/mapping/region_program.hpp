// Steps as role programs and color routes: positions of a region that do the same share a role.
#pragma once

#include "workloads/mapping/program.hpp"
#include "workloads/mapping/steps.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

// Positions of a line that do the same on all of `lines`, by number: equal routes, and equal operations.
std::vector<std::uint16_t> classes_of(std::vector<LineCollective const*> const& lines);

// The operations of the PE at (x, y) of the region, appended to `to`. Kernels are numbered from `first_kernel` in the
// order of the steps; 0: the program carries no numbers.
void write_role(Steps const& steps, RegionLines const& lines, StreamCosts const& costs, std::uint32_t x,
                std::uint32_t y, std::uint16_t first_kernel, std::vector<Operation>& to);

// The routes of the region's lines at (x, y).
std::vector<Route> routes_at(RegionLines const& lines, std::uint32_t x, std::uint32_t y);

Program region_program(Steps const& steps, RegionLines const& lines, LayerLayout const& layout, int activation,
                       configs::Parameters const& parameters);

} // namespace scribeline::workloads
