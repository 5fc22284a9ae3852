// What the prefill of a layer needs, in the terms of products: the one place that reads a model's shape for it.
#pragma once

#include "workloads/decode_step.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

// Heads that are alike. A query meets the keys of all tokens before it, and the mesh computes the other half as well.
struct PrefillAttention {
    std::uint32_t heads = 1, kv_heads = 1;
    std::uint32_t key_dim = 1, value_dim = 1; // elements of a head
    bool          pairs = true;               // two elements that a rotary embedding turns stay in one PE
};

// `count` feed-forwards of this width, each over a share of the tokens: a dense one is {1, ffn, 1}; of E routed experts
// that k of them work on a token it is {k / E, width, E}.
struct PrefillFeedForward {
    double        token_share = 1;
    std::uint32_t width       = 1;
    std::uint32_t count       = 1;
    std::uint32_t input       = 0; // 0: the hidden vector
};

// Latent attention: all sizes of ModelShape::latent. For a prompt, keys and values of every head are made of the
// compressed ones, and attended to as they are (DeepSeek-V2, arXiv 2405.04434, section 2.1).
//
// Of a layer of one kind.
struct PrefillShape {
    std::uint32_t                   layers = 1, hidden = 1; // layers of all kinds
    bool                            gated = true, layer_norm = false;
    std::uint32_t                   window = 0; // tokens attended to at most; 0: all before
    Mixer                           mixer  = Mixer::attention;
    LatentAttention                 latent;
    SparseIndex                     index;
    Recurrence                      recurrence;
    std::uint32_t                   key_matrices = 2, gate = 0; // as in LayerLayout; elements of all heads
    std::uint32_t                   expert_input    = 0;        // where it is not the hidden vector
    std::uint32_t                   residual_blocks = 0;        // as in LayerLayout
    std::uint32_t                   experts = 0, active = 0;    // that a router scores, and chooses; 0: none
    std::vector<PrefillAttention>   attention;
    std::vector<PrefillFeedForward> feed_forward;
    // The operators of a layer, in order, as in DecodeStep::layer().
    std::vector<OperatorId> operators;
    std::size_t             first_of_feed_forward = 0;
};

PrefillShape prefill_shape(DecodeStep const&, std::size_t kind = 0);

} // namespace scribeline::workloads
