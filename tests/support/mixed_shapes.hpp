// Small models whose layers differ: experts, latent attention, windows, running states, an index. No numbers can be
// carried through them.
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

inline workloads::LayerKind with_state(workloads::LayerKind kind)
{
    kind.mixer = workloads::Mixer::recurrence;
    return kind;
}

// One of each rule, with what models have around it.
inline workloads::Recurrence delta_rule()
{
    auto r      = workloads::Recurrence{};
    r.rule      = workloads::StateRule::delta;
    r.key_heads = 2, r.value_heads = 4, r.key_dim = 12, r.value_dim = 10;
    r.taps = 4, r.controls = 2, r.gated = true, r.norm_groups = 4;
    return r;
}

inline std::vector<workloads::ModelShape> hybrid_shapes()
{
    using namespace workloads;
    auto list = std::vector<ModelShape>{};
    auto add  = [&](char const* name, std::vector<LayerKind> kinds) -> ModelShape& {
        list.push_back(llama_like_shape(name));
        list.back().kinds = std::move(kinds);
        list.back().ffn   = 0;
        list.back()       = with_layers(list.back(), static_cast<std::uint32_t>(list.back().kinds.size()));
        return list.back();
    };
    auto& delta       = add("a gated delta net and gated attention, as Qwen3.5",
                            {with_state(experts(20, 8, 2, 20)), experts(20, 8, 2, 20)});
    delta.recurrence  = delta_rule();
    delta.output_gate = OutputGate::element;

    auto& kimi =
        add("delta attention with decay by element, as Kimi Linear", {with_state(window(0, 64)), window(0, 64)});
    kimi.recurrence            = delta_rule();
    kimi.recurrence.key_heads  = 4;
    kimi.recurrence.controls   = 1;
    kimi.recurrence.gated      = false;
    kimi.recurrence.decay_rank = kimi.recurrence.gate_rank = 12;
    kimi.latent                                            = {16, 0, 8, 4, 8};
    kimi.head_dim = 12, kimi.kv_heads = kimi.heads;
    auto const kimi_delta = kimi.recurrence; // `add` moves what stands in the list

    // A layer is a state space, attention or experts, which work on less than the hidden vector.
    auto state = with_state({}), alone = experts(24, 6, 2, 12);
    alone.mixer                  = Mixer::none;
    alone.expert_input           = 20;
    auto& nemotron               = add("a half in each layer, as Nemotron 3", {state, alone, LayerKind{}});
    nemotron.recurrence          = delta_rule();
    nemotron.recurrence.rule     = StateRule::sum;
    nemotron.recurrence.controls = 1, nemotron.recurrence.norm_groups = 2;
    nemotron.gated = false, nemotron.activation = Activation::relu_squared;
    auto const state_space = nemotron.recurrence;

    auto both                     = window(0, 64);
    both.mixer                    = Mixer::attention_and_recurrence;
    auto& falcon                  = add("a state space beside attention, as Falcon-H1", {both});
    falcon.recurrence             = state_space;
    falcon.recurrence.norm_groups = 0;

    auto& lightning           = add("lightning attention, as MiniMax-01", {with_state(window(0, 64)), window(0, 64)});
    lightning.recurrence      = delta_rule();
    lightning.recurrence.rule = StateRule::sum;
    lightning.recurrence.key_heads = 4, lightning.recurrence.taps = 0, lightning.recurrence.controls = 0;
    lightning.recurrence.norm_groups = 1;

    auto& lfm                = add("short convolutions, as LFM2", {with_state(window(0, 64)), window(0, 64)});
    lfm.recurrence           = {};
    lfm.recurrence.taps      = 3;
    lfm.recurrence.value_dim = lfm.hidden;

    auto& sparse    = add("an index, as DeepSeek-V3.2", {window(0, 96), experts(20, 12, 3, 20)});
    sparse.latent   = {24, 20, 8, 4, 8};
    sparse.index    = {3, 6, 16};
    sparse.head_dim = 12, sparse.kv_heads = sparse.heads, sparse.rotary_fraction = 4 / 12.0;

    auto dense = window(0, 64), blocks = experts(20, 8, 2, 20);
    dense.unindexed   = true;
    auto& block_index = add("an index of blocks in some layers, as MiniMax M3", {dense, blocks});
    block_index.index = {2, 12, 16, 4};

    auto narrow = window(20, 64), full = experts(0, 8, 2, 20);
    narrow.kv_heads = 4, narrow.value_dim = full.value_dim = 10;
    add("values smaller than keys, and more heads with a window, as MiMo-V2", {full, narrow});

    auto& k3 = add("gated latent attention and sums of blocks, as Kimi K3", {with_state(window(0, 64)), alone});
    k3.kinds[1].mixer = Mixer::attention;
    k3.recurrence     = kimi_delta;
    k3.latent         = {16, 12, 8, 4, 8};
    k3.head_dim = 12, k3.kv_heads = k3.heads;
    k3.output_gate     = OutputGate::element;
    k3.residual_blocks = 3;

    auto twice         = experts(40, 6, 2, 20);
    twice.idle_experts = 3;
    auto& longcat      = add("experts that do nothing, as LongCat", {twice, window(0, 40)});
    longcat.latent     = {16, 12, 8, 4, 8};
    longcat.head_dim = 12, longcat.kv_heads = longcat.heads;

    auto half = window(0, 96), without = window(0, 40);
    half.kv_heads = 1, without.mixer = Mixer::none;
    add("layers of several sizes, as Nemotron Super", {half, without, LayerKind{}});

    auto local = window(20, 64), global = window(0, 64);
    global.kv_heads = 1, global.head_dim = 32, global.values_from_keys = true;
    auto shares                                                                                               = global;
    shares.shares_kv                                                                                          = true;
    add("heads of two sizes, keys as values and shared keys, as Gemma 4", {local, global, shares}).post_norms = true;
    return list;
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

    for (auto& shape : hybrid_shapes())
        list.push_back(std::move(shape));
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
