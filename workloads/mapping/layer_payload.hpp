// The numbers of a layer in the SRAM of the PEs that share it, and the result read back from there.
//
// Elements of a head are dealt to the rows of its segment in an order of their own: two that the rotary embedding turns
// together become neighbours, and the rest follows. What pads a vector or matrix is zero, what pads the context is
// masked, and the angle of what does not turn has cosine 1 and sine 0.
#pragma once

#include "workloads/layer_weights.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/reference_layer.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace scribeline::workloads {

// Throws configs::UserError (bad_config) for a layer whose numbers the mesh cannot carry: because of how heads are cut,
// of norms that its programs do not have, or of the memory that the simulation would need.
void require_payload(LayerProgram const& layer);

// Fills Program::sram. require_payload() has let the layer pass.
void load_payload(LayerProgram& layer, LayerWeights const& weights);

// A number in the SRAM of the PE in column x, row y.
using ReadSram = std::function<float(std::uint32_t x, std::uint32_t y, std::uint32_t address)>;

// The layer's output, of which every row of PEs has a copy.
std::vector<double> hidden_of(LayerProgram const& layer, std::uint32_t row, ReadSram const& read);
// What the step added to the KV cache, all heads behind one another, in the order of the reference.
std::vector<double> state_of(LayerProgram const& layer, ReadSram const& read); // of a layer that has one
std::vector<double> newest_key_of(LayerProgram const& layer, ReadSram const& read);
std::vector<double> newest_value_of(LayerProgram const& layer, ReadSram const& read);

} // namespace scribeline::workloads
