// Small models whose layers differ: experts, latent attention, windows. No numbers can be carried through them.
#pragma once

#include "support/payload_shapes.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::tests {

// Kinds take turns over so many layers.
inline workloads::ModelShape with_layers(workloads::ModelShape shape, std::uint32_t layers)
{
    shape.layers = layers;
    shape.kind_at.clear();
    for (std::uint32_t layer = 0; layer < layers && !shape.kinds.empty(); ++layer)
        shape.kind_at.push_back(static_cast<std::uint8_t>(layer % shape.kinds.size()));
    return shape;
}

inline workloads::LayerKind experts(std::uint32_t ffn, std::uint32_t count, std::uint32_t active, std::uint32_t width)
{
    auto kind       = workloads::LayerKind{};
    kind.ffn        = ffn;
    kind.experts    = count;
    kind.active     = active;
    kind.expert_ffn = width;
    return kind;
}

inline workloads::LayerKind window(std::uint32_t tokens, std::uint32_t ffn)
{
    auto kind   = workloads::LayerKind{};
    kind.window = tokens;
    kind.ffn    = ffn;
    return kind;
}

inline std::vector<workloads::ModelShape> mixed_shapes()
{
    using workloads::LayerKind;
    auto list = std::vector<workloads::ModelShape>{};
    auto add  = [&](char const* name, std::vector<LayerKind> kinds) -> workloads::ModelShape& {
        list.push_back(llama_like_shape(name));
        list.back().kinds = std::move(kinds);
        list.back().ffn   = 0;
        list.back()       = with_layers(list.back(), list.back().layers);
        return list.back();
    };
    add("two of eight experts, as Mixtral", {experts(0, 8, 2, 70)});
    add("windows and experts, as gpt-oss", {window(20, 0), experts(0, 16, 4, 24)}).kinds[0]     = experts(0, 16, 4, 24);
    list.back().kinds[0].window                                                                 = 20;
    add("windows in every other layer, as Gemma", {window(33, 160), window(0, 160)}).post_norms = true;
    add("pieces of the context and a shared expert, as Llama 4", {window(16, 40), experts(40, 4, 1, 40)})
        .kinds[0]
        .chunked = true;

    auto& v3 =
        add("latent attention, dense and expert layers, as DeepSeek-V3", {window(0, 96), experts(20, 12, 3, 20)});
    v3.latent   = {24, 20, 8, 4, 8};
    v3.head_dim = 12, v3.kv_heads = v3.heads, v3.rotary_fraction = 4 / 12.0;
    auto& lite    = add("latent attention without compressed queries, as DeepSeek-V2-Lite", {experts(24, 6, 2, 12)});
    lite.latent   = {16, 0, 8, 4, 8};
    lite.head_dim = 12;
    lite.kv_heads = lite.heads;
    return list;
}

// All that there are.
inline std::vector<workloads::ModelShape> all_shapes()
{
    auto list = payload_shapes();
    for (auto& shape : mixed_shapes())
        list.push_back(std::move(shape));
    return list;
}

} // namespace scribeline::tests
