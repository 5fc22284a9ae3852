// What the prefill of a layer needs, in the terms of products: the one place that reads a model's shape for it.
#pragma once

#include "workloads/decode_step.hpp"

#include <cstdint>
#include <string>
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
};

struct PrefillShape {
    std::uint32_t                   layers = 1, hidden = 1;
    bool                            gated = true, layer_norm = false;
    std::vector<PrefillAttention>   attention;
    std::vector<PrefillFeedForward> feed_forward;
    // The operators of a layer, in order, as in DecodeStep::layer.
    std::vector<std::string> operators;
    std::size_t              first_of_feed_forward = 0;
};

PrefillShape prefill_shape(DecodeStep const&);

} // namespace scribeline::workloads
