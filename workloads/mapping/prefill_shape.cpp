#include "workloads/mapping/prefill_shape.hpp"

#include "workloads/mapping/steps.hpp"
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

PrefillShape prefill_shape(DecodeStep const& step, std::size_t kind)
{
    auto const&  model = step.shape;
    auto const&  layer = step.kinds.at(kind).kind;
    PrefillShape shape;
    shape.layers          = model.layers;
    shape.hidden          = model.hidden;
    shape.gated           = model.gated;
    shape.layer_norm      = model.norm == Norm::layer;
    shape.window          = layer.window;
    shape.mixer           = model.mixer_of(layer);
    shape.latent          = model.latent;
    shape.index           = model.index;
    shape.recurrence      = model.recurrence;
    shape.gate            = static_cast<std::uint32_t>(model.gate_width(layer));
    shape.key_matrices    = key_matrices(layer);
    shape.expert_input    = layer.expert_input;
    shape.residual_blocks = model.residual_blocks;
    shape.experts         = layer.experts + layer.idle_experts;
    shape.active          = layer.active;
    // One head as wide as the hidden vector, as in the published runs, need not keep pairs together.
    bool const one_head = model.heads == 1;
    auto const sizes    = model.sizes_of(layer);
    if (shape.mixer == Mixer::none || shape.mixer == Mixer::recurrence)
        ; // no heads that meet keys
    else if (model.latent.kv_rank != 0)
        shape.attention.push_back({model.heads, model.heads, model.head_dim, model.latent.value_dim, true});
    else
        shape.attention.push_back({sizes.heads, sizes.kv_heads, sizes.head_dim, sizes.value_dim, !one_head});
    if (layer.ffn > 0)
        shape.feed_forward.push_back({1.0, layer.ffn, 1});
    if (layer.experts > 0)
        shape.feed_forward.push_back(
            {static_cast<double>(layer.active) / layer.experts, layer.expert_ffn, layer.experts, layer.expert_input});
    for (auto const& op : step.layer(kind))
        shape.operators.push_back(op.id);
    shape.first_of_feed_forward = first_of_feed_forward(step, kind);
    return shape;
}

} // namespace scribeline::workloads
