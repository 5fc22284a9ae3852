// Which physical PE stands for which of the mesh, on a repaired wafer, and by how much that makes links longer.
//
// Between neighbours in the mesh that stand d places apart (|dx| + |dy|) a wavelet takes the time of a hop and of d - 1
// places more. The lines themselves are whole: a dead PE is passed by.
#pragma once

#include "fabric/longer_hops.hpp"
#include "fabric/yield/defect_map.hpp"
#include "fabric/yield/line_repair.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

class Placement {
  public:
    // Of a wafer that can be repaired (fabric/yield/repair.hpp).
    Placement(PhysicalGrid const& grid, DefectMap const& map);

    Place at(std::uint32_t x, std::uint32_t y) const { return {row_[y].place(x), y_[y]}; }

    // `bypass`: cycles for each place more.
    LongerHops longer_hops(std::uint32_t bypass) const;

  private:
    PhysicalGrid               grid_;
    std::vector<std::uint32_t> y_;   // [row of the mesh]: physical row
    std::vector<LineRepair>    row_; // [row of the mesh]: its columns
};

} // namespace scribeline::fabric
