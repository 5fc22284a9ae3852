// The numbers of a running state in the SRAM of the PEs that share it, and the state read back from there.
#pragma once

#include "workloads/layer_weights.hpp"
#include "workloads/mapping/decode_layer.hpp"

#include <cstdint>

namespace scribeline::workloads {

// What the PE in column x, row y holds beside vectors and the feed-forward. What pads a vector or a matrix is zero; a
// head that is none has -1 for its head of keys and for its group.
void load_state(LayerProgram const& layer, LayerWeights const& weights, std::uint32_t x, std::uint32_t y, float* sram);

} // namespace scribeline::workloads
