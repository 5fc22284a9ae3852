// Where the defects of a wafer are.
//
// The physical grid has more columns and rows than a program sees: the spares. Every reticle is printed from one mask
// and has the same area; defects fall on it with one density, a number drawn for each reticle (fabric/yield/
// defect_count.hpp), each at a place drawn evenly. It hits a PE, a link over a scribe line, or nothing in between.
// Spare wires replace some of such links; who loses another is as good as dead: it has no neighbour there.
#pragma once

#include "configs/parameters.hpp"
#include "configs/sweep/sampling.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::fabric {

struct PhysicalGrid {
    std::uint32_t columns = 0, rows = 0;               // physical
    std::uint32_t usable_columns = 0, usable_rows = 0; // that a program sees
    std::uint32_t reticle_columns = 1, reticle_rows = 1;
    std::uint32_t spare_links = 0; // of the links between two reticles

    std::uint64_t pes() const { return std::uint64_t{columns} * rows; }
    std::uint64_t usable() const { return std::uint64_t{usable_columns} * usable_rows; }
    std::uint32_t spare_columns() const { return columns - usable_columns; }
    std::uint32_t spare_rows() const { return rows - usable_rows; }
    std::uint32_t reticles() const { return reticle_columns * reticle_rows; }
};

PhysicalGrid physical_grid(configs::WaferParams const& wafer, configs::YieldParams const& yield,
                           configs::ScribeParams const& scribe = {});

struct Place {
    std::uint32_t x = 0, y = 0; // in the physical grid, from the north-west corner
};
inline bool operator==(Place a, Place b) { return a.x == b.x && a.y == b.y; }
inline bool operator<(Place a, Place b) { return a.y != b.y ? a.y < b.y : a.x < b.x; }

// A link over a scribe line, from a PE to the one on its east or south.
struct BrokenLink {
    Place from;
    bool  east = true;
};
inline bool operator==(BrokenLink a, BrokenLink b) { return a.from == b.from && a.east == b.east; }
inline bool operator<(BrokenLink a, BrokenLink b) { return a.from == b.from ? a.east && !b.east : a.from < b.from; }

struct DefectMap {
    std::vector<Place>         dead;        // PEs, row by row, each once; with those that a broken link costs
    std::vector<BrokenLink>    broken;      // row by row, each once
    std::uint32_t              rewired = 0; // of the broken: those in whose place spare wires work
    std::vector<std::uint32_t> on_reticle;  // defects, also those that kill nothing; row by row

    std::uint64_t defects() const;
    std::uint32_t reticles_without() const; // that have no defect
};

// Spare wires take the place of the first grid.spare_links broken links between two reticles, from the north-west,
// where both PEs work; who loses another is added to the dead.
void settle_links(PhysicalGrid const& grid, DefectMap& map);

// The same map for the same numbers. Throws configs::UserError (bad_config) when the links over scribe lines would
// take more area than a reticle has.
DefectMap draw_defects(PhysicalGrid const& grid, configs::YieldParams const& yield, configs::SplitMix64 random);

// From a text file: the physical grid as in `792x1225`, then a line `x y` for each dead PE, and `x y east` or `x y
// south` for each broken link over a scribe line. Blank lines and lines that begin with # are skipped. Throws
// configs::UserError: no_input when it cannot be read, bad_config with file, line and value when it is for another
// grid, a place lies outside, or a line is something else.
DefectMap read_defects(std::string const& path, PhysicalGrid const& grid);

} // namespace scribeline::fabric
