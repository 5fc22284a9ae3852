// Which reticle a tile of the region stands on, and where scribe lines cut the region.
//
// The usable grid of the wafer is shared out evenly: the boundary before reticle column i lies at
// round(i * columns / reticle_columns). Positions are those of the region, whose origin is a tile of the wafer.
#pragma once

#include "configs/parameters.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// The tiles of one reticle that lie in the region: columns [x0, x1), rows [y0, y1).
struct Block {
    std::uint32_t x0 = 0, x1 = 0, y0 = 0, y1 = 0;
    std::uint32_t grid_x = 0, grid_y = 0; // position among the reticles that the region lies on

    std::uint32_t width() const { return x1 - x0; }
    std::uint32_t height() const { return y1 - y0; }
    std::size_t   tiles() const { return std::size_t{width()} * height(); }
};

// The tile of the wafer on which the tile (0, 0) of a region stands.
struct Origin {
    std::uint32_t x = 0, y = 0;
};

class Geometry {
  public:
    // Throws configs::UserError (bad_config) when the region does not fit on the wafer.
    Geometry(configs::WaferParams const& wafer, configs::GridSize region, Origin origin = {});

    std::uint32_t columns() const { return columns_; }
    std::uint32_t rows() const { return rows_; }

    std::uint32_t blocks_x() const { return static_cast<std::uint32_t>(cuts_x_.size()) - 1; }
    std::uint32_t blocks_y() const { return static_cast<std::uint32_t>(cuts_y_.size()) - 1; }
    Block         block(std::uint32_t grid_x, std::uint32_t grid_y) const;

    // Number of the reticle (row-major in the wafer's grid of reticles) under a tile.
    std::uint32_t reticle_of(std::uint32_t x, std::uint32_t y) const;

    // Scribe lines between two columns, or two rows.
    std::uint32_t crossings_x(std::uint32_t a, std::uint32_t b) const { return distance(column_[a], column_[b]); }
    std::uint32_t crossings_y(std::uint32_t a, std::uint32_t b) const { return distance(row_[a], row_[b]); }

  private:
    static std::uint32_t distance(std::uint32_t a, std::uint32_t b) { return a < b ? b - a : a - b; }

    std::uint32_t              columns_, rows_, reticle_columns_;
    std::vector<std::uint32_t> cuts_x_, cuts_y_; // boundaries, first 0, last the region's side
    std::vector<std::uint32_t> column_, row_;    // reticle column of each x, reticle row of each y
};

} // namespace scribeline::fabric
