// Closed forms of what a token passes: the blocks of the model, and the ways between regions. Fabric cycles.
//
// A block is its local work, its all-reduces (collective_forms.hpp) and the control code around each operator
// (software.operator_overhead).
//
// On its way to the next region of its wafer the hidden vector lies along one axis of a region, a part in each line,
// and is copied along the other. A region that begins a wafer has it along x.
//
//     across its axis    a fan: each line's PE at the border sends its part to all PEs of its line in the next region
//     along its axis     the PEs of the diagonal send, each into a line of its own; the vector lies along the other
//                        axis then, the region is turned: square regions only
//
// Either takes one part's wavelets and their hops, whatever the number of lines. Off the wafer: off_wafer_way.hpp.
// Nothing of the way overlaps with another part of it but streams with their hops. A scribe line adds its latency, and
// where it is slower than a link what its rate or its credits hold a part up (LineTimes::behind_a_cut).
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/collective_forms.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <array>
#include <cstdint>

namespace scribeline::workloads {

class BlockForms {
  public:
    BlockForms(DecodeStep const&, LayerLayout const&, configs::Parameters const&);
    double cycles(BlockKind kind) const { return cycles_[static_cast<std::size_t>(kind)]; }

  private:
    std::array<double, 4> cycles_{};
};

struct WayForm {
    double occupied = 0; // the sending region is busy
    double total    = 0; // until the next region can begin
};

// Between regions of one size; see token_plan.hpp for their order.
class WayForms {
  public:
    WayForms(DecodeStep const&, LayerLayout const&, configs::Parameters const&, std::uint32_t regions_x,
             std::uint32_t regions_y);

    // From a stage to the one behind it.
    WayForm to_next(std::size_t stage) const;
    // From the last of `stages` to a head that is spread over the last of `wafers`, whose columns are the region's: a
    // fan to the rows north of the region, and one to those south of it. The way from the embedding takes no time: its
    // wafer has the vector in every row, and with it the first region.
    WayForm to_head(std::size_t stages, std::uint32_t wafers) const;
    // Of the token's id: from the last of `stages` to the first, or between tables that are spread over wafers.
    WayForm back(std::size_t stages) const;
    WayForm back_to_table(std::uint32_t wafers) const;

  private:
    WayForm on_wafer(std::uint32_t hops, std::uint32_t scribe_lines) const;
    Stage   at(std::size_t stage) const;
    Stage   whole(std::uint32_t wafer) const;

    DecodeStep const&          step_;
    configs::Parameters const& p_;
    LayerLayout const          layout_;
    std::uint32_t const        regions_x_, regions_y_;
    double                     slow_;                // what scribe lines hold a part up
    double                     sending_, receiving_; // of a fan: control code, set-up and one part; ramps, task, set-up
};

} // namespace scribeline::workloads
