// The work of all PEs of a region in its steps, and of the ways between regions: WorkCounts by the routes of the
// collectives. A fold or a mesh that runs the same steps moves as many wavelets over as many links.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/steps.hpp"
#include "workloads/mapping/work_counts.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

// Where a region stands, and how vectors lie on it.
struct RegionPlace {
    std::uint32_t     x0 = 0, y0 = 0;
    configs::GridSize size;
    bool              turned = false; // vectors lie along y
};

class RegionCounts {
  public:
    explicit RegionCounts(configs::Parameters const& parameters);

    // Of each operator of the steps, in order. `lines` are those of a region that is not turned.
    std::vector<WorkCounts> of_steps(Steps const&, RegionLines const& lines, RegionPlace const&) const;

    // Of a vector's way to the region of the same size beside it (x, y of `to`), of which each PE has `wavelets`; with
    // the `control` code of the PEs that it leaves. Across the vector's axis a fan, along it one from the diagonal.
    WorkCounts of_move(RegionPlace const& from, RegionPlace const& to, std::uint32_t wavelets,
                       Operation const& control) const;

    // From the rows [first, first + rows of the region) of a wafer's columns to all `rows` of them.
    WorkCounts of_spread(RegionPlace const& region, std::uint32_t first, std::uint32_t rows, std::uint32_t wavelets,
                         Operation const& control) const;

  private:
    WorkCounts of_collective(Step const&, LineCollective const&, RegionPlace const&) const;
    // Of `lines` messages from a tile to those from `first` to `last`, at coordinates of one axis.
    WorkCounts    of_fan(bool x, std::uint32_t sender, std::uint32_t first, std::uint32_t last, std::uint32_t wavelets,
                         std::uint64_t lines) const;
    std::uint32_t cuts(bool x, std::uint32_t a, std::uint32_t b) const; // scribe lines between two tiles of an axis

    configs::WaferParams const wafer_;
    StreamCosts const          costs_;
    std::uint32_t const        per_wavelet_; // elements
};

} // namespace scribeline::workloads
