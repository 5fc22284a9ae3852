// The sums over a shape's matrices. What its file means: parse_model.cpp; where it is found: model_file.cpp.
#include "workloads/model_shape.hpp"

#include "workloads/model_file.hpp"
#include "workloads/operators/families.hpp"

#include <algorithm>

namespace scribeline::workloads {

bool operator==(LayerKind const& a, LayerKind const& b)
{
    return a.window == b.window && a.chunked == b.chunked && a.ffn == b.ffn && a.experts == b.experts &&
           a.active == b.active && a.expert_ffn == b.expert_ffn && a.mixer == b.mixer && a.kv_heads == b.kv_heads &&
           a.head_dim == b.head_dim && a.values_from_keys == b.values_from_keys && a.shares_kv == b.shares_kv &&
           a.expert_input == b.expert_input && a.value_dim == b.value_dim && a.idle_experts == b.idle_experts &&
           a.unindexed == b.unindexed;
}

std::vector<LayerKind> ModelShape::layer_kinds() const
{
    if (!kinds.empty())
        return kinds;
    auto all   = LayerKind{};
    all.window = sliding_window;
    all.ffn    = ffn;
    return {all};
}

std::uint32_t ModelShape::layers_of(std::uint32_t kind) const
{
    return kinds.empty() ? layers : static_cast<std::uint32_t>(std::count(kind_at.begin(), kind_at.end(), kind));
}

bool ModelShape::has_experts() const
{
    return std::any_of(kinds.begin(), kinds.end(), [](LayerKind const& kind) { return kind.experts > 0; });
}

Mixer ModelShape::mixer_of(LayerKind const& kind) const
{
    return kind.mixer == Mixer::attention && latent.kv_rank != 0 ? Mixer::latent_attention : kind.mixer;
}

HeadSizes ModelShape::sizes_of(LayerKind const& kind) const
{
    auto const of_head = kind.head_dim != 0 ? kind.head_dim : head_dim;
    return {heads, kind.kv_heads != 0 ? kind.kv_heads : kv_heads, of_head,
            kind.value_dim != 0 ? kind.value_dim : of_head};
}

std::uint64_t ModelShape::gate_width(LayerKind const& kind) const
{
    if (output_gate == OutputGate::none)
        return 0;
    if (output_gate == OutputGate::head)
        return heads;
    return mixer_of(kind) == Mixer::latent_attention ? std::uint64_t{heads} * latent.value_dim
                                                     : sizes_of(kind).attended_width();
}

std::uint32_t ModelShape::chosen_by(LayerKind const& kind) const { return kind.unindexed ? 0 : index.chosen; }

Kept ModelShape::kept_by(LayerKind const& kind) const
{
    auto const* const family = mixer_family(*this, kind);
    return family == nullptr ? Kept{} : family->kept(*this, kind);
}

bool ModelShape::keeps_state() const
{
    auto const all = layer_kinds();
    return std::any_of(all.begin(), all.end(), [&](LayerKind const& kind) {
        auto const kept = kept_by(kind);
        return kept.state + kept.recent > 0;
    });
}

std::uint64_t ModelShape::attention_weights(LayerKind const& kind) const
{
    auto const* const family = mixer_family(*this, kind);
    return family == nullptr ? 0 : family->weights(*this, kind);
}

std::uint64_t ModelShape::feed_forward_weights(LayerKind const& kind) const
{
    return workloads::feed_forward_weights(*this, kind);
}

std::uint64_t ModelShape::active_feed_forward_weights(LayerKind const& kind) const
{
    auto one    = kind;
    one.experts = kind.active;
    return feed_forward_weights(one) + std::uint64_t{hidden} * (kind.experts - kind.active);
}

std::uint64_t ModelShape::parameters() const
{
    auto sum = std::uint64_t{vocabulary} * hidden * (tied_embeddings ? 1 : 2);
    auto all = layer_kinds();
    for (std::uint32_t kind = 0; kind < all.size(); ++kind)
        sum += layers_of(kind) * (attention_weights(all[kind]) + feed_forward_weights(all[kind]));
    return sum;
}

std::uint64_t ModelShape::active_parameters() const
{
    auto sum = std::uint64_t{vocabulary} * hidden;
    auto all = layer_kinds();
    for (std::uint32_t kind = 0; kind < all.size(); ++kind)
        sum += layers_of(kind) * (attention_weights(all[kind]) + active_feed_forward_weights(all[kind]));
    return sum;
}

std::uint64_t ModelShape::elements_of(WeightPart part) const
{
    auto const    all = layer_kinds();
    std::uint64_t sum = 0;
    for (std::uint32_t number = 0; number < all.size(); ++number) {
        auto const& kind   = all[number];
        auto        passed = kind;
        passed.experts = passed.idle_experts = 0;
        auto const shared                    = feed_forward_weights(passed); // what all tokens pass
        auto const router                    = std::uint64_t{hidden} * (kind.experts + kind.idle_experts);
        auto const one                       = part == WeightPart::attention        ? attention_weights(kind)
                                               : part == WeightPart::feed_forward   ? (kind.experts == 0 ? shared : 0)
                                               : part == WeightPart::shared_experts ? (kind.experts == 0 ? 0 : shared)
                                               : part == WeightPart::experts ? feed_forward_weights(kind) - shared - router
                                               : part == WeightPart::router ? router
                                                                            : 0;
        sum += layers_of(number) * one;
    }
    auto const table = std::uint64_t{vocabulary} * hidden;
    if (part == WeightPart::embedding)
        return table;
    return part == WeightPart::lm_head ? (tied_embeddings ? 0 : table) : sum;
}

double ModelShape::weight_bytes(double bits) const { return static_cast<double>(parameters()) * bits / 8; }

double ModelShape::checkpoint_bytes() const
{
    auto bytes = 0.0;
    for (std::size_t part = 0; part < weight_parts; ++part)
        bytes += static_cast<double>(elements_of(static_cast<WeightPart>(part))) * checkpoint.stored[part] / 8;
    return bytes;
}

double ModelShape::checkpoint_element_bits() const
{
    return 8 * checkpoint_bytes() / static_cast<double>(parameters());
}

double ModelShape::kv_bytes_per_token(std::uint32_t bits) const
{
    auto const    all = layer_kinds();
    std::uint64_t sum = 0;
    for (std::uint32_t kind = 0; kind < all.size(); ++kind)
        sum += layers_of(kind) * kept_by(all[kind]).of_token;
    return static_cast<double>(sum) * bits / 8;
}

double ModelShape::state_bytes(std::uint32_t activation_bits) const
{
    auto const all = layer_kinds();
    auto       sum = 0.0;
    for (std::uint32_t kind = 0; kind < all.size(); ++kind) {
        auto const kept = kept_by(all[kind]);
        sum += layers_of(kind) * (static_cast<double>(kept.state) * recurrence.state_bits +
                                  static_cast<double>(kept.recent) * activation_bits);
    }
    return sum / 8;
}

ModelShape read_model(std::string const& model)
{
    auto const file = read_model_file(model);
    return parse_model(file.text, file.path, file.name, file.quantisation);
}

ModelShape with_full_kv(ModelShape shape)
{
    shape.latent   = {};
    shape.index    = {};
    shape.heads    = 1;
    shape.kv_heads = 1;
    shape.head_dim = shape.hidden;
    for (auto& kind : shape.kinds)
        kind.kv_heads = kind.head_dim = kind.value_dim = 0; // as the model's
    return shape;
}

} // namespace scribeline::workloads
