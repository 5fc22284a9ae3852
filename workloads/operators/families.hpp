// Families of operators: what can stand in one half of a decoder layer. A family's one file here says how many weights
// it has, what a layer keeps of the tokens before, and which operators a decode step is made of. How it lies on a mesh,
// its steps and its prefill: workloads/mapping/families; its kernels on a GPU: models/gpu/forms/families.
#pragma once

#include "workloads/decode_step.hpp"
#include "workloads/operators/operator_list.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

// The first half of a layer, where tokens meet those before them.
struct MixerFamily {
    char const* name;
    Mixer       mixer; // layers that say so belong to it
    std::uint64_t (*weights)(ModelShape const&, LayerKind const&);
    Kept (*kept)(ModelShape const&, LayerKind const&);
    // Appends the operators between `input` and the residual, and returns the last one.
    OperatorId (*add)(DecodeStep const&, LayerStep const&, OperatorList&, OperatorId input);
};
extern MixerFamily const full_attention, latent_attention, recurrence, attention_and_recurrence;

// Matrices that make keys and values out of the hidden vector, each of ModelShape::sizes_of() kv_width() columns.
std::uint32_t key_matrices(LayerKind const&);

std::vector<MixerFamily const*> const& mixer_families();
// Null where the layer has no such half.
MixerFamily const* mixer_family(ModelShape const&, LayerKind const&);

// The second half, which every token passes by itself: dense, experts, or both.
std::uint64_t feed_forward_weights(ModelShape const&, LayerKind const&);
OperatorId    add_feed_forward(DecodeStep const&, LayerStep const&, OperatorList&, OperatorId input);

// What runs once a token: the embedding before the layers; norm, output projection and sampling behind them.
void add_once(DecodeStep&);

} // namespace scribeline::workloads
