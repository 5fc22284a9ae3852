#include "workloads/mixer_modules.hpp"

#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

std::vector<MixerModule> modules_of_mixer(ModelShape const& shape, LayerKind const& kind)
{
    auto       result = std::vector<MixerModule>{};
    auto const mixer  = shape.mixer_of(kind);
    auto const hidden = static_cast<double>(shape.hidden);
    auto const add    = [&](std::initializer_list<char const*> blocks, char const* name, double elements) {
        auto all = std::vector<std::string>{};
        for (auto const* block : blocks)
            all.push_back(std::string{block} + "." + name);
        result.push_back({std::move(all), elements});
    };
    auto const attention = [&](char const* name, double elements) {
        add({"self_attn", "attention", "attn", "mixer"}, name, elements);
    };
    if (mixer == Mixer::attention || mixer == Mixer::attention_and_recurrence) {
        auto const sizes = shape.sizes_of(kind);
        auto const made  = [&](std::uint64_t width) { return kind.shares_kv ? 0.0 : static_cast<double>(width); };
        auto const index = shape.chosen_by(kind) != 0 ? static_cast<double>(shape.index.dim) : 0.0;
        attention("q_proj", hidden * static_cast<double>(sizes.query_width() + shape.gate_width(kind)));
        attention("k_proj", hidden * made(sizes.kv_width()));
        attention("v_proj", kind.values_from_keys ? 0.0 : hidden * made(sizes.value_width()));
        attention("o_proj", hidden * static_cast<double>(sizes.attended_width()));
        attention("index_q_proj", hidden * index * shape.index.heads);
        attention("index_k_proj", hidden * index);
    }
    if (mixer == Mixer::recurrence || mixer == Mixer::attention_and_recurrence) {
        auto const& r      = shape.recurrence;
        auto const  blocks = {"linear_attn", "mixer", "mamba", "conv", "self_attn"};
        add(blocks, r.rule == StateRule::delta ? "in_proj_qkvz" : "in_proj",
            static_cast<double>(recurrence.weights(shape, kind)) - hidden * static_cast<double>(r.value_width()));
        add(blocks, "out_proj", hidden * static_cast<double>(r.value_width()));
    }
    if (mixer == Mixer::latent_attention) {
        auto const& l     = shape.latent;
        auto const  i     = shape.chosen_by(kind) != 0 ? shape.index : SparseIndex{};
        auto const  query = static_cast<double>(shape.query_width());
        if (l.query_rank != 0) {
            attention("q_a_proj", hidden * l.query_rank);
            attention("q_b_proj", query * l.query_rank);
        } else {
            attention("q_proj", hidden * query);
        }
        attention("kv_a_proj_with_mqa", hidden * l.cached());
        attention("kv_b_proj", double{1} * l.kv_rank * shape.heads * (l.nope_dim + l.value_dim));
        attention("o_proj", double{1} * shape.heads * l.value_dim * hidden);
        attention("g_proj", hidden * static_cast<double>(shape.gate_width(kind)));
        attention("indexer.wq_b", double{1} * l.query_rank * i.heads * i.dim);
        attention("indexer.wk", hidden * i.dim);
        attention("indexer.weights_proj", hidden * i.heads);
    }
    return result;
}

} // namespace scribeline::workloads
