// The lines of a region over which vectors are added up: all of a row, all of a column, and the segments of a column
// that hold a head each. Every row has the same lines as the others, and every column.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/layer_layout.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

enum class Line : std::uint8_t { row, column, head };

class RegionLines {
  public:
    // Throws configs::UserError (bad_config) for a grouping or a reduction that the region or the router cannot have.
    RegionLines(LayerLayout const& layout, configs::Parameters const& parameters);

    LineCollective const& of(Line line) const { return lines_[index_[static_cast<std::size_t>(line)]]; }
    // One head spans the whole column in the published runs: then it needs no colors of its own.
    bool  one_head() const { return index_[2] == index_[1]; }
    Color end_color() const { return end_color_; }
    // Those of a square region whose vectors lie along y. Lines along x keep the colors of lines along x, and so on.
    RegionLines  turned() const;
    std::uint8_t number(Line line) const { return index_[static_cast<std::size_t>(line)]; }

    // "all-reduce along x over 420 PEs, 5 wavelets"
    std::string describe(Line line, char const* what, std::uint32_t wavelets) const;

  private:
    RegionLines() = default;

    std::vector<LineCollective> lines_;
    Color                       end_color_ = 0;
    std::uint8_t                index_[3]  = {0, 1, 1};
};

} // namespace scribeline::workloads
