// Layers out of families, and what runs once.
#include "workloads/decode_step.hpp"

#include "configs/failure.hpp"
#include "workloads/operators/families.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scribeline::workloads {

namespace {

// Either half may be missing, with its norms and its residual.
void add_layer(DecodeStep const& step, LayerStep& layer)
{
    using Id            = OperatorId;
    auto const& shape   = step.shape;
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto        list    = OperatorList{step, layer.operators};
    auto        input   = Id::layer_input;
    auto const  norm    = [&](Id id, Id after) { return list.norm(id, shape.norm, hidden, after); };
    auto const* attends = mixer_family(shape, layer.kind);
    auto        middle  = Id::layer_input;
    // A mean of the sums of blocks before: of each its norm, a product with the half's own query, and its share.
    auto const mix = [&](Id id, Id after) {
        auto const sums      = static_cast<double>(shape.residual_blocks);
        auto&      op        = list.add(id, OperatorKind::residual, {after});
        op.flops             = sums * (flops_of_norm(Norm::rms, hidden) + 4 * hidden);
        op.bytes_activations = list.activations((sums + 1) * hidden);
        return id;
    };

    if (attends != nullptr) {
        if (shape.residual_blocks != 0)
            input = mix(Id::attention_mix, input);
        if (shape.pre_norms)
            input = norm(Id::attention_norm, input);
        auto attended = attends->add(step, layer, list, input);
        if (shape.post_norms)
            attended = norm(Id::post_attention_norm, attended);
        middle = list.residual(Id::attention_residual, hidden, {attended});
    }
    if (layer.kind.ffn == 0 && layer.kind.experts == 0)
        return;
    // Side by side, the feed-forward starts from what attention started from, and the two meet in the residuals.
    if (!shape.parallel_blocks) {
        input = middle;
        if (shape.residual_blocks != 0)
            input = mix(Id::ffn_mix, input);
        if (shape.pre_norms)
            input = norm(Id::ffn_norm, input);
    }
    auto fed = add_feed_forward(step, layer, list, input);
    if (shape.post_norms)
        fed = norm(Id::post_ffn_norm, fed);
    list.residual(Id::ffn_residual, hidden, {middle, fed});
}

// Elements of 32 bits are loaded as 16: so engines serve them.
std::array<double, weight_parts> loaded(Checkpoint const& checkpoint)
{
    auto stored = checkpoint.stored;
    for (auto& bits : stored)
        bits = std::min(bits, 16.0);
    return stored;
}

double loaded_bits(ModelShape const& shape)
{
    auto all              = shape;
    all.checkpoint.stored = loaded(shape.checkpoint);
    return all.checkpoint_element_bits();
}

void add_notes(DecodeStep& step, ModelShape const& model)
{
    auto const& shape = step.shape;
    if (step.context > model.max_context)
        step.notes.push_back(fmt::format("the context of {} tokens is longer than the {} that {} was made for",
                                         step.context, model.max_context, model.name));
    if (!model.assumed.empty())
        step.notes.push_back(
            fmt::format("the file of {} leaves these to its class: {}", model.name, fmt::join(model.assumed, ", ")));
    if (model.soft_caps)
        step.notes.push_back("the soft caps on scores and logits are left out");
    if (shape.keeps_state() && shape.recurrence.rule != StateRule::none)
        step.notes.push_back(fmt::format("running states are kept in {} bits, and computed in those of activations",
                                         shape.recurrence.state_bits));
    if (std::any_of(shape.kinds.begin(), shape.kinds.end(), [](auto const& kind) { return kind.chunked; }))
        step.notes.push_back("layers that attend to a piece of the context are counted at the end of a full piece");
    for (auto const& kind : shape.kinds)
        if (kind.idle_experts != 0) {
            step.notes.push_back(fmt::format("{} of {} experts do nothing: of those of a token {} do something, in the "
                                             "mean",
                                             kind.idle_experts, kind.experts + kind.idle_experts, kind.active));
            break;
        }
    if (shape.kv_width() != model.kv_width() || shape.heads != model.heads)
        step.notes.push_back(fmt::format("workload.kv_heads = full: one head of {} elements in place of {} with {} of "
                                         "keys and values",
                                         shape.head_dim, model.heads, model.kv_heads));
}

} // namespace

DecodeStep decode_step(ModelShape const& model, configs::WorkloadParams const& params)
{
    SCRIBELINE_EXPECT(params.context > 0 && params.kv_bits > 0 && params.activation_bits > 0);
    auto step    = DecodeStep{};
    step.shape   = params.kv_heads == configs::KvHeads::full ? with_full_kv(model) : model;
    step.context = params.context;
    if (params.weight_bits.checkpoint) {
        step.stored      = loaded(model.checkpoint);
        step.weight_bits = model.checkpoint.bits;
        step.stored_bits = loaded_bits(model);
    } else {
        step.stored.fill(params.weight_bits);
        step.weight_bits = format_width(params.weight_bits);
        step.stored_bits = params.weight_bits;
    }
    step.kv_bits         = params.kv_bits;
    step.activation_bits = params.activation_bits;
    auto const kinds     = step.shape.layer_kinds();
    for (std::uint32_t kind = 0; kind < kinds.size(); ++kind) {
        auto layer = LayerStep{kinds[kind], step.shape.layers_of(kind), step.context, step.context, {}};
        // Of a piece of the context a token sees what stands before it; a whole piece is what the layer must hold.
        if (kinds[kind].window != 0)
            layer.attended = std::min(step.context, kinds[kind].window);
        auto const chosen = step.shape.chosen_by(layer.kind);
        layer.chosen      = chosen != 0 ? std::min(layer.attended, chosen) : layer.attended;
        add_layer(step, layer);
        step.kinds.push_back(std::move(layer));
    }
    add_once(step);
    add_notes(step, model);
    return step;
}

void settle_widths(configs::WorkloadParams& params, ModelShape const& shape)
{
    if (params.weight_bits.checkpoint)
        params.weight_bits.value = loaded_bits(shape);
}

bool speculates(configs::WorkloadParams const& params) { return params.draft_model != "none"; }

std::uint32_t vectors_of_step(configs::WorkloadParams const& params)
{
    return params.batch * (speculates(params) ? params.draft_tokens + 1 : 1);
}

StepTotals totals_of(DecodeStep const& step)
{
    auto totals = StepTotals{};
    auto add    = [&](std::vector<Operator> const& list, double times) {
        for (auto const& op : list) {
            totals.flops += times * op.flops;
            totals.bytes_weights += times * op.bytes_weights;
            totals.bytes_kv += times * op.bytes_kv;
            totals.bytes_activations += times * op.bytes_activations;
            totals.bytes_held += times * op.bytes_held;
        }
    };
    for (auto const& kind : step.kinds)
        add(kind.operators, static_cast<double>(kind.layers));
    add(step.once, 1);
    return totals;
}

} // namespace scribeline::workloads
