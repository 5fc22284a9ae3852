// One decode step of one decoder layer in double precision on full matrices: what a run whose wavelets carry numbers is
// held against. Written from the model's equations (docs/model.md), without a thought of PEs.
//
// As in the simulated layer, matrices and norms have no biases, every layer attends to all tokens (no window), and
// scores have no soft cap.
#pragma once

#include "workloads/layer_weights.hpp"
#include "workloads/model_shape.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

struct LayerResult {
    std::vector<double> hidden;     // the layer's output
    std::vector<double> key, value; // of the newest token, all heads behind one another; the key is rotated
    std::vector<double> state;      // of a layer that has one, as StateWeights::state, behind this token
};

// The newest token is the one behind those in the cache.
LayerResult decode_layer(ModelShape const& shape, LayerWeights const& weights);

// Elements of a head that the rotary embedding turns, always an even number. Element i and element i + half of them
// turn together, by `rotary_angle` of the pair i.
std::uint32_t rotated_elements(ModelShape const& shape);
double        rotary_angle(ModelShape const& shape, std::uint32_t pair, std::uint32_t token);

double activate(Activation activation, double x);

} // namespace scribeline::workloads
