// Which square of PEs a layer runs fastest on, by the closed forms. More PEs shorten the local work and lengthen every
// all-reduce, so the best side lies in between: a larger region is slower.
#pragma once

#include "configs/config.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/model_shape.hpp"

#include <cstdint>

namespace scribeline::workloads {

// Cycles of one layer that depend on the region: local work and all-reduces, without control code and norms' constants.
double estimated_cycles(LayerLayout const& layout, configs::Parameters const& parameters);
// Its halves.
double attention_cycles(LayerLayout const& layout, configs::Parameters const& parameters);
double feed_forward_cycles(LayerLayout const& layout, configs::Parameters const& parameters);

// What mapping.region asks for, or, where it is 0x0, the square that the layer fits on and that the estimate finds
// fastest. The largest square of the wafer when it fits on none: the budget then says what is missing.
configs::GridSize region_for(ModelShape const& shape, std::uint32_t context, configs::Parameters const& parameters);

} // namespace scribeline::workloads
