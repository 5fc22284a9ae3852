// One decode step of one sequence: the operators of a layer, those that run once per token, and what each needs.
//
//     attention_norm -> qkv -> rope -> kv_write -> scores -> softmax -> values -> out_proj -> attention_residual
//                    -> ffn_norm -> gate_up -> activation -> down -> ffn_residual
//
// What stands between the norms and the residuals is a matter of families (workloads/operators). Models differ in their
// norms as well (qk_norm, post_attention_norm, post_ffn_norm, none before), and in blocks that run side by side.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/model_shape.hpp"
#include "workloads/operators/operator.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

// Layers that are alike.
struct LayerStep {
    LayerKind     kind;
    std::uint32_t layers;   // so many
    std::uint32_t attended; // tokens, of the context or of a window: those whose keys and values the layer keeps
    std::uint32_t chosen;   // of them, that an index lets a query attend to; without one all
    std::vector<Operator> operators;
};

struct DecodeStep {
    ModelShape    shape;       // with keys and values widened where the workload asks for it
    std::uint32_t context;     // tokens attended to; the last of them is the one that this step writes
    std::uint32_t weight_bits; // of the format that most weights are multiplied in: 4, 8 or 16
    double        stored_bits; // of a weight as it is kept, scales counted: the mean
    std::uint32_t kv_bits;
    std::uint32_t activation_bits;

    std::array<double, weight_parts> stored; // as stored_bits, of each part

    std::vector<LayerStep>   kinds; // as ModelShape::layer_kinds()
    std::vector<Operator>    once;  // embedding before the layers; final_norm, lm_head and sampling after them
    std::vector<std::string> notes; // what this step simplifies, for the report

    std::vector<Operator> const& layer(std::size_t kind = 0) const { return kinds.at(kind).operators; }
    LayerStep const&             of_layer(std::uint32_t layer) const { return kinds.at(shape.kind_of(layer)); }
};

DecodeStep decode_step(ModelShape const&, configs::WorkloadParams const&);

// Where the widths are left to the checkpoint: their mean, for whoever sees parameters and no step.
void settle_widths(configs::WorkloadParams&, ModelShape const&);

// Speculative decoding: a draft model proposes tokens, and one step of the model checks all of them and adds its own.
bool speculates(configs::WorkloadParams const&);
// Vectors that a step of the model carries through every layer: one of each sequence, and with a draft model one for
// each token that it proposed. They share the sequence's cache.
std::uint32_t vectors_of_step(configs::WorkloadParams const&);

// Of a token: all layers and what runs once.
struct StepTotals {
    double flops             = 0;
    double bytes_weights     = 0;
    double bytes_kv          = 0;
    double bytes_activations = 0;
    double bytes_held        = 0;
};
StepTotals totals_of(DecodeStep const&);

} // namespace scribeline::workloads
