// Small models of every kind that a layer can be, for tests that let the mesh compute.
#pragma once

#include "workloads/model_shape.hpp"

#include <string>
#include <vector>

namespace scribeline::tests {

inline workloads::ModelShape llama_like_shape(std::string name = "gqa")
{
    workloads::ModelShape s{};
    s.name            = std::move(name);
    s.layers          = 2;
    s.hidden          = 64;
    s.ffn             = 160;
    s.heads           = 4;
    s.kv_heads        = 2;
    s.head_dim        = 16;
    s.vocabulary      = 256;
    s.max_context     = 8192;
    s.gated           = true;
    s.pre_norms       = true;
    s.norm            = workloads::Norm::rms;
    s.activation      = workloads::Activation::silu;
    s.norm_epsilon    = 1e-5;
    s.rope_theta      = 10'000;
    s.rotary_fraction = 1;
    return s;
}

inline std::vector<workloads::ModelShape> payload_shapes()
{
    using namespace workloads;
    std::vector<ModelShape> list{llama_like_shape()};
    auto const              add = [&](char const* name) -> ModelShape& {
        list.push_back(llama_like_shape(name));
        return list.back();
    };
    add("a key and value for each query head").kv_heads = 4;
    add("one key and value for all").kv_heads           = 1;

    auto& odd  = add("sizes that divide by nothing");
    odd.hidden = 90, odd.ffn = 131, odd.heads = 9, odd.kv_heads = 3, odd.head_dim = 10;

    auto& many = add("more heads than rows");
    many.heads = 48, many.kv_heads = 24, many.head_dim = 8;

    // No epsilon: rows without heads would divide by zero.
    auto& qwen3   = add("norms of queries and keys, as Qwen3");
    qwen3.qk_norm = true, qwen3.norm_epsilon = 0;

    auto& gemma      = add("norms before and after, as Gemma 3");
    gemma.post_norms = gemma.qk_norm = true, gemma.activation = Activation::gelu_tanh;

    auto& olmo     = add("norms only after, as OLMo 2");
    olmo.pre_norms = false, olmo.post_norms = olmo.qk_norm = true;

    auto& phi  = add("layer norm, blocks side by side, 8 of 20 rotated, no gate, as Phi-2");
    phi.hidden = 80, phi.head_dim = 20, phi.kv_heads = 4, phi.rotary_fraction = 0.4;
    phi.norm = Norm::layer, phi.parallel_blocks = true, phi.gated = false, phi.activation = Activation::gelu_tanh;

    auto& relu = add("layer norm after layer norm, no rotation, no gate");
    relu.norm = Norm::layer, relu.post_norms = true, relu.gated = false, relu.rotary_fraction = 0;
    relu.activation = Activation::relu;
    return list;
}

} // namespace scribeline::tests
