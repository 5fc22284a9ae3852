// One decode step of one sequence: the operators of a layer, those that run once per token, and what each needs.
//
//     attention_norm -> qkv -> rope -> kv_write -> scores -> softmax -> values -> out_proj -> attention_residual
//                    -> ffn_norm -> gate_up -> activation -> down -> ffn_residual
//
// Models differ in their norms (qk_norm, post_attention_norm, post_ffn_norm, none before), in `up` without a gate, and
// in blocks that run side by side.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/model_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

enum class OperatorKind : std::uint8_t {
    norm,
    qkv,
    rope,
    kv_write,
    attention, // scores and values
    softmax,
    out_proj,
    gate_up, // also `up` alone
    activation,
    down,
    residual,
    embed,
    lm_head,
    sampling,
};
char const* name_of(OperatorKind);

struct Operator {
    std::string  name;
    OperatorKind kind;
    double       flops;             // a multiply-accumulate is two; an exponential, a division or a comparison is one
    double       bytes_weights;     // read in one step
    double       bytes_kv;          // of the cache, read or written
    double       bytes_activations; // vectors in and out
    double       bytes_held;        // weights that the operator keeps in memory, whether it reads all of them or not

    std::vector<std::size_t> after; // operators of the same list that must be done before
};

struct DecodeStep {
    ModelShape    shape;   // with keys and values widened where the workload asks for it
    std::uint32_t context; // tokens attended to; the last of them is the one that this step writes
    std::uint32_t weight_bits;
    std::uint32_t kv_bits;
    std::uint32_t activation_bits;

    std::vector<Operator>    layer; // all layers are alike
    std::vector<Operator>    once;  // embedding before the layers; final_norm, lm_head and sampling after them
    std::vector<std::string> notes; // what this step simplifies, for the report
};

DecodeStep decode_step(ModelShape const&, configs::WorkloadParams const&);

// Null when the list has none of that name.
Operator const* find_operator(std::vector<Operator> const&, std::string_view name);

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
