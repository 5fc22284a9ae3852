// The numbers of one decoder layer, for runs whose wavelets carry them: matrices, norms, the KV cache of the tokens
// before, and the hidden vector that comes in. Full and row-major; how they are spread over PEs is the mapping's
// matter.
#pragma once

#include "workloads/model_shape.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

// Of a layer with a running state; all empty otherwise. What comes in is dealt out as queries, keys, values, gate, and
// the controls of all heads, one after the other.
struct StateWeights {
    std::vector<float> in;            // [hidden][inputs]
    std::vector<float> taps, recent;  // [tap][queries, keys, values]; the inputs of the last tokens, the oldest first
    std::vector<float> rates, biases; // [head of values]: how fast it forgets, and what is added to its control
    std::vector<float> norm;          // [values]
    std::vector<float> state;         // [head of values][key element][value element]
};

struct LayerWeights {
    std::vector<float> hidden; // the layer's input

    std::vector<float> wq, wk, wv; // [hidden][query width], [hidden][key width] twice
    std::vector<float> wo;         // [query width][hidden]
    std::vector<float> gate, up;   // [hidden][ffn]; gate is empty in a plain feed-forward
    std::vector<float> down;       // [ffn][hidden]

    std::vector<float> attention_norm, ffn_norm;           // [hidden]; empty where the layer has no such norm
    std::vector<float> post_attention_norm, post_ffn_norm; // [hidden]
    std::vector<float> query_norm, key_norm;               // [head_dim]

    // Of the tokens before, one row each: [token][key width]. Keys are already rotated.
    std::vector<float> keys, values;

    StateWeights state; // then `wo` is [values][hidden], and there are neither queries nor a cache
};

// Made-up numbers for a step that attends to `context` tokens, its own among them. The same seed gives the same numbers
// everywhere. Each is an exact multiple of a power of two with at most 11 significant bits, so fp16 holds it without
// rounding, and matrices are scaled so that what they give is about as large as what they take.
LayerWeights random_weights(ModelShape const& shape, std::uint32_t context, std::uint64_t seed,
                            LayerKind const& kind = {});

// Bytes that random_weights() takes.
double bytes_of_weights(ModelShape const& shape, std::uint32_t context);

} // namespace scribeline::workloads
