// Spare PEs take the place of dead ones, so that a program sees a regular mesh.
//
//     physical row, columns    0 1 2 3 4 5 6 7 8     spares: 0 and 8
//     no dead PE               . a b c d e f g .     each at home
//     column 2 is dead         a b X c d e f g .     what lies west of it moves west, onto the spare
//     column 6 is dead         . a b c d e X f g     what lies east of the middle moves east
//
// A row passes by its dead PEs and moves towards the nearer edge, where half of the spare columns are; with none left
// there, towards the other. A row with more dead PEs than there are spare columns is given up as a whole, its working
// PEs are lost, and the rows beyond move towards a spare row in the same way. When spare rows run out too, the wafer
// cannot be repaired.
#pragma once

#include "fabric/yield/defect_map.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::fabric {

struct RepairPlan {
    bool          repairable    = true;
    std::uint32_t rows_given_up = 0;
    // PEs. usable + dead + lost + idle is the physical grid.
    std::uint64_t usable   = 0; // that a program sees: all of the usable grid, or none
    std::uint64_t dead     = 0;
    std::uint64_t repaired = 0; // of the dead: those in whose place, or whose row's, a spare works
    std::uint64_t lost     = 0; // work and are given up: with their row, or with the wafer
    std::uint64_t idle     = 0; // spares that work and are not needed
    // Of neighbours in the mesh, how many pairs are so many physical hops apart: [1] next to each other, [2] one place
    // passed by or one column or row beside. Empty when the wafer cannot be repaired.
    std::vector<std::uint64_t> pairs_at;

    std::uint64_t pairs() const;
    std::uint64_t longer_pairs() const; // that are more than one hop apart
    std::uint32_t longest() const;      // hops between neighbours
};

RepairPlan repair(PhysicalGrid const& grid, DefectMap const& map);

// Why a wafer was refused: what ran out. The plan is of one that cannot be repaired.
std::string refusal(PhysicalGrid const& grid, RepairPlan const& plan);

} // namespace scribeline::fabric
