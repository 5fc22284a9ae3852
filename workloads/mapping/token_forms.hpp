// Closed forms of what a token passes: the blocks of the model, and the ways between regions. Fabric cycles.
//
// A block is what its steps (steps.hpp) take one after another: local work, the control code around each operator
// (software.operator_overhead), and the collectives by their own forms (collective_forms.hpp).
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
#include <vector>

namespace scribeline::workloads {

class BlockForms {
  public:
    BlockForms(DecodeStep const&, Layouts const&, configs::Parameters const&);
    // Of a layer of kind `of` where the block is half of a layer.
    double cycles(BlockKind block, std::size_t of = 0) const { return cycles_[static_cast<std::size_t>(block)].at(of); }
    double layer(std::size_t of) const
    {
        return cycles(BlockKind::attention, of) + cycles(BlockKind::feed_forward, of);
    }

  private:
    std::array<std::vector<double>, 4> cycles_{};
};

// Cycles of a layer of kind `kind`, by the closed forms.
double layer_form(DecodeStep const&, std::size_t kind, LayerLayout const&, configs::Parameters const&);

// How many layers of kind `kind` take as long as all layers of the model do, each of its own kind.
double layers_as_of(DecodeStep const&, std::size_t kind, Layouts const&, configs::Parameters const&);

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
