// Links that take longer than a hop, because repair has moved the PEs that they join apart
// (fabric/yield/placement.hpp): so many cycles more, in either direction, for the wavelet and for its credit. Positions
// are those of a mesh: of a wafer, of a region cut out of it, or of one line.
#pragma once

#include "fabric/geometry.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace scribeline::fabric {

class LongerHops {
  public:
    LongerHops(std::uint32_t columns, std::uint32_t rows)
        : columns_{columns}, rows_{rows}, east_(std::size_t{columns} * rows), south_(std::size_t{columns} * rows)
    {
    }

    std::uint32_t columns() const { return columns_; }
    std::uint32_t rows() const { return rows_; }

    // Of the link to the tile east or south of one.
    std::uint32_t east(std::uint32_t x, std::uint32_t y) const { return east_[at(x, y)]; }
    std::uint32_t south(std::uint32_t x, std::uint32_t y) const { return south_[at(x, y)]; }
    void          set_east(std::uint32_t x, std::uint32_t y, std::uint32_t cycles)
    {
        east_[at(x, y)] = static_cast<std::uint16_t>(cycles);
        longest_        = std::max(longest_, cycles);
    }
    void set_south(std::uint32_t x, std::uint32_t y, std::uint32_t cycles)
    {
        south_[at(x, y)] = static_cast<std::uint16_t>(cycles);
        longest_         = std::max(longest_, cycles);
    }
    std::uint32_t longest() const { return longest_; } // 0: every link is like any other

    // Of all links of the way from one column, or row, to another.
    std::uint64_t along_x(std::uint32_t y, std::uint32_t a, std::uint32_t b) const
    {
        std::uint64_t sum = 0;
        for (std::uint32_t x = std::min(a, b); x < std::max(a, b); ++x)
            sum += east(x, y);
        return sum;
    }
    std::uint64_t along_y(std::uint32_t x, std::uint32_t a, std::uint32_t b) const
    {
        std::uint64_t sum = 0;
        for (std::uint32_t y = std::min(a, b); y < std::max(a, b); ++y)
            sum += south(x, y);
        return sum;
    }

    // The mesh from the tile `origin` on.
    LongerHops part(Origin origin, std::uint32_t columns, std::uint32_t rows) const
    {
        LongerHops cut{columns, rows};
        for (std::uint32_t y = 0; y < rows; ++y)
            for (std::uint32_t x = 0; x < columns; ++x) {
                if (x + 1 < columns)
                    cut.set_east(x, y, east(origin.x + x, origin.y + y));
                if (y + 1 < rows)
                    cut.set_south(x, y, south(origin.x + x, origin.y + y));
            }
        return cut;
    }

  private:
    std::size_t at(std::uint32_t x, std::uint32_t y) const { return std::size_t{y} * columns_ + x; }

    std::uint32_t              columns_, rows_, longest_ = 0;
    std::vector<std::uint16_t> east_, south_; // row by row; the last column has nothing east of it, and so on
};

} // namespace scribeline::fabric
