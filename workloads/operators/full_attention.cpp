// Keys and values of every token, as they are: of the whole context, or of a window.
//
//     qkv -> qk_norm -> rope -> kv_write (-> index_query, index_key -> index_scores -> index_select) -> scores
//         -> softmax -> values (-> output_gate) -> out_proj
//
// With an index that chooses blocks, every head of keys has a query of its own in it and attends to blocks of its own;
// the key that a token leaves in the index is one for all of them (MiniMax M3).
//
// Where the values are made of the keys, they have no matrix of their own, and are kept all the same: keys are rotated.
// Where a layer takes the keys and values of one before it, it has queries alone, and reads that layer's cache.
#include "workloads/operators/families.hpp"

#include <cmath>

namespace scribeline::workloads {

namespace {

// Elements that come out of the hidden vector beside queries: keys and values, and a gate.
std::uint64_t beside_queries(ModelShape const& shape, LayerKind const& kind)
{
    auto const sizes = shape.sizes_of(kind);
    auto const made  = kind.shares_kv ? 0 : sizes.kv_width() + (kind.values_from_keys ? 0 : sizes.value_width());
    return made + shape.gate_width(kind);
}

// Of the index, where the layer has one.
std::uint64_t index_columns(ModelShape const& shape, LayerKind const& kind)
{
    return shape.chosen_by(kind) == 0 ? 0 : (std::uint64_t{shape.index.heads} + 1) * shape.index.dim;
}

std::uint64_t weights(ModelShape const& shape, LayerKind const& kind)
{
    auto const sizes = shape.sizes_of(kind);
    return shape.hidden * (sizes.query_width() + beside_queries(shape, kind) + index_columns(shape, kind)) +
           sizes.attended_width() * shape.hidden;
}

Kept kept(ModelShape const& shape, LayerKind const& kind)
{
    auto const sizes = shape.sizes_of(kind);
    auto const index = shape.chosen_by(kind) == 0 ? 0 : shape.index.dim;
    return {kind.shares_kv ? 0 : sizes.kv_width() + sizes.value_width() + index};
}

// Behind kv_write. A block counts as its best token does.
void add_index(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    using Id           = OperatorId;
    auto const& i      = step.shape.index;
    auto const  hidden = static_cast<double>(step.shape.hidden);
    auto const  all    = static_cast<double>(layer.attended);
    auto const  heads  = static_cast<double>(i.heads);
    auto const  blocks = heads * std::ceil(all / i.block);
    list.matrix(Id::index_query, OperatorKind::latent, WeightPart::attention, hidden, heads * i.dim, input);
    list.matrix(Id::index_key, OperatorKind::latent, WeightPart::attention, hidden, i.dim, input);

    auto& scores             = list.add(Id::index_scores, OperatorKind::index, {Id::index_query, Id::index_key});
    scores.flops             = 2 * heads * i.dim * all + heads * all; // and a comparison each
    scores.bytes_kv          = list.kv(i.dim * (all + 1));            // this token's is written
    scores.bytes_activations = list.activations(heads * i.dim + blocks);

    auto& select             = list.add(Id::index_select, OperatorKind::index_select, {Id::index_scores});
    select.flops             = blocks;
    select.bytes_activations = list.activations(blocks + heads * layer.chosen / i.block);
}

OperatorId add(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    using Id            = OperatorId;
    auto const& shape   = step.shape;
    auto const  sizes   = shape.sizes_of(layer.kind);
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto const  query   = static_cast<double>(sizes.query_width());
    auto const  keys    = static_cast<double>(sizes.kv_width());
    auto const  kept    = static_cast<double>(sizes.value_width());
    auto const  given   = static_cast<double>(sizes.attended_width());
    auto const  made    = layer.kind.shares_kv ? 0 : keys; // of new keys
    auto const  context = static_cast<double>(layer.chosen);
    auto const  first   = input;
    auto const  scores  = static_cast<double>(sizes.heads) * context;

    list.matrix(Id::qkv, OperatorKind::qkv, WeightPart::attention, hidden,
                query + static_cast<double>(beside_queries(shape, layer.kind)), input);
    input = Id::qkv;
    if (shape.qk_norm)
        input = list.norm(Id::qk_norm, shape.norm, query + made, input);
    list.rope((query + made) * shape.rotary_fraction, input);

    auto before = Id::rope;
    if (!layer.kind.shares_kv) {
        auto& write             = list.add(Id::kv_write, OperatorKind::kv_write, {Id::rope});
        write.bytes_kv          = list.kv(keys + kept);
        write.bytes_activations = list.activations(keys + kept);
        before                  = Id::kv_write;
    }
    auto const written = before;
    if (shape.chosen_by(layer.kind) != 0) {
        add_index(step, layer, list, first);
        before = Id::index_select;
    }

    // Query heads that share a head of keys read it once.
    auto after = std::vector<OperatorId>{Id::rope, written};
    if (before != written)
        after.push_back(before);
    auto& products             = list.add(Id::scores, OperatorKind::attention, after);
    products.flops             = 2 * query * context;
    products.bytes_kv          = list.kv(keys * context);
    products.bytes_activations = list.activations(query + scores);

    list.softmax(scores);

    auto& values             = list.add(Id::values, OperatorKind::attention, {written, Id::softmax});
    values.flops             = 2 * given * context;
    values.bytes_kv          = list.kv(kept * context);
    values.bytes_activations = list.activations(scores + given);

    auto last = Id::values;
    if (shape.output_gate != OutputGate::none) { // a sigmoid of each number of the gate, and a product
        auto const gates       = static_cast<double>(shape.gate_width(layer.kind));
        auto&      gate        = list.add(Id::output_gate, OperatorKind::activation, {Id::values});
        gate.flops             = 3 * gates + given;
        gate.bytes_activations = list.activations(2 * given + gates);
        last                   = Id::output_gate;
    }
    list.matrix(Id::out_proj, OperatorKind::out_proj, WeightPart::attention, given, hidden, last);
    return Id::out_proj;
}

} // namespace

std::uint32_t key_matrices(LayerKind const& kind) { return kind.shares_kv ? 0 : kind.values_from_keys ? 1 : 2; }

MixerFamily const full_attention{"attention", Mixer::attention, &weights, &kept, &add};

} // namespace scribeline::workloads
