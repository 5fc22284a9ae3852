// What rows of the table of architectures are put together from (known_architectures.cpp, hybrid_architectures.cpp).
#pragma once

#include "workloads/architectures.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace scribeline::workloads::rows {

using Words = std::vector<char const*>;

// Pre-norms by root mean square, a gated feed-forward, all of a head rotated.
inline Architecture llama_like(Words names, Words types, double epsilon)
{
    auto row              = Architecture{};
    row.names             = std::move(names);
    row.model_types       = std::move(types);
    row.gated             = true;
    row.norm              = Norm::rms;
    row.activation        = Activation::silu;
    row.pre_norms         = true;
    row.norm_epsilon      = epsilon;
    row.rope_theta        = 10'000;
    row.rotary_fraction   = 1;
    row.kv_heads_as_heads = true;
    return row;
}

inline Architecture with_kv_heads_stated(Architecture row)
{
    row.kv_heads_as_heads = false;
    return row;
}

inline Architecture with_qk_norm(Architecture row)
{
    row.qk_norm = true;
    return row;
}

inline Architecture with_heads_of(std::uint32_t head_dim, Architecture row)
{
    row.head_dim = head_dim;
    return row;
}

inline Architecture with_tied_embeddings(Architecture row)
{
    row.tied_embeddings = true;
    return row;
}

inline Architecture with_rotated(double fraction, Architecture row)
{
    row.rotary_fraction = fraction;
    return row;
}

inline Architecture with_window_every(std::uint32_t period, Architecture row)
{
    row.window_period = period;
    return row;
}

// Norms of what attention and feed-forward give, and none of what they take.
inline Architecture with_norms_behind(Architecture row)
{
    row.pre_norms  = false;
    row.post_norms = true;
    return row;
}

// An `up` and a `down`, and nothing that gates them.
inline Architecture without_gate(Activation activation, Architecture row)
{
    row.gated      = false;
    row.activation = activation;
    return row;
}

inline Architecture with_layer_norm(Architecture row)
{
    row.norm = Norm::layer;
    return row;
}

inline Architecture with_experts(Architecture row)
{
    row.experts = true;
    return row;
}

inline Architecture with_experts_of_intermediate(Architecture row)
{
    row.experts      = true;
    row.expert_width = ExpertWidth::intermediate;
    return row;
}

// `shared` experts serve all tokens, and the first layers are dense, where the file does not say how many.
inline Architecture with_shared_experts(std::uint32_t shared, std::uint32_t first_dense, Architecture row)
{
    row.experts        = true;
    row.shared_experts = shared;
    row.first_dense    = first_dense;
    return row;
}

inline Architecture with_sizes(DefaultSizes sizes, Architecture row)
{
    row.sizes = sizes;
    return row;
}

// Rows that others differ from by little.
Architecture qwen3();
Architecture qwen3_moe();
Architecture deepseek(Words names, Words types);
Architecture glm4_moe_lite();
Architecture gemma3();

std::vector<Architecture> hybrid();

} // namespace scribeline::workloads::rows
