// An operator: what it is called, what kind of work it is, and what one decode step needs of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

// How machines treat it: several operators may be alike.
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
    router,       // scores of all experts, and the choice among them
    latent,       // a product with a vector that all heads share
    heads,        // a product of every head on its own
    convolution,  // over the last few tokens
    state,        // what a running state gives and takes
    index,        // scores of all tokens in an index
    index_select, // the best of them
};
char const* name_of(OperatorKind);

// Which one it is. A family (families.hpp) has some of them; their order here means nothing.
enum class OperatorId : std::uint8_t {
    layer_input, // none: what the layer begins with
    attention_mix,
    attention_norm,
    qkv,
    qk_norm,
    rope,
    kv_write,
    scores,
    softmax,
    values,
    query_down,
    query_norm,
    query_up,
    latent_kv,
    latent_norm,
    absorb_keys,
    expand_values,
    output_gate,
    out_proj,
    index_query,
    index_key,
    index_weights,
    index_scores,
    index_select,
    state_in,
    state_rates,
    convolution,
    state_key_norm,
    state_recall,
    state_update,
    state_read,
    state_norm,
    state_out,
    state_sum,
    post_attention_norm,
    attention_residual,
    ffn_mix,
    ffn_norm,
    router,
    to_experts,
    from_experts,
    gate_up,
    up,
    activation,
    down,
    post_ffn_norm,
    ffn_residual,
    embedding,
    final_norm,
    lm_head,
    sampling,
};
// As the report and the result file call it: "attention_norm".
char const* name_of(OperatorId);

struct Operator {
    OperatorId   id;
    std::string  name;
    OperatorKind kind;
    double       flops;             // a multiply-accumulate is two; an exponential, a division or a comparison is one
    double       bytes_weights;     // read in one step
    double       bytes_kv;          // of the cache, read or written
    double       bytes_activations; // vectors in and out
    double       bytes_held;        // weights that the operator keeps in memory, whether it reads all of them or not

    std::vector<std::size_t> after; // operators of the same list that must be done before
};

// Null when the list has none of that name.
Operator const* find_operator(std::vector<Operator> const&, std::string_view name);
Operator const* find_operator(std::vector<Operator> const&, OperatorId);

} // namespace scribeline::workloads
