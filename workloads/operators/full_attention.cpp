// Keys and values of every token, as they are: of the whole context, or of a window.
//
//     qkv -> qk_norm -> rope -> kv_write -> scores -> softmax -> values (-> output_gate) -> out_proj
//
// Where the values are made of the keys, they have no matrix of their own, and are kept all the same: keys are rotated.
// Where a layer takes the keys and values of one before it, it has queries alone, and reads that layer's cache.
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

namespace {

// Elements that come out of the hidden vector beside queries: keys and values, and a gate.
std::uint64_t beside_queries(ModelShape const& shape, LayerKind const& kind)
{
    return key_matrices(kind) * shape.sizes_of(kind).kv_width() + shape.gate_width(kind);
}

std::uint64_t weights(ModelShape const& shape, LayerKind const& kind)
{
    auto const query = shape.sizes_of(kind).query_width();
    return shape.hidden * (query + beside_queries(shape, kind)) + query * shape.hidden;
}

Kept kept(ModelShape const& shape, LayerKind const& kind)
{
    return {kind.shares_kv ? 0 : 2 * shape.sizes_of(kind).kv_width()};
}

OperatorId add(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    using Id            = OperatorId;
    auto const& shape   = step.shape;
    auto const  sizes   = shape.sizes_of(layer.kind);
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto const  query   = static_cast<double>(sizes.query_width());
    auto const  keys    = static_cast<double>(sizes.kv_width());
    auto const  made    = layer.kind.shares_kv ? 0 : keys; // of new keys, and of new values
    auto const  context = static_cast<double>(layer.attended);
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
        write.bytes_kv          = list.kv(2 * keys);
        write.bytes_activations = list.activations(2 * keys);
        before                  = Id::kv_write;
    }

    // Query heads that share a head of keys read it once.
    auto& products             = list.add(Id::scores, OperatorKind::attention, {Id::rope, before});
    products.flops             = 2 * query * context;
    products.bytes_kv          = list.kv(keys * context);
    products.bytes_activations = list.activations(query + scores);

    list.softmax(scores);

    auto& values             = list.add(Id::values, OperatorKind::attention, {before, Id::softmax});
    values.flops             = 2 * query * context;
    values.bytes_kv          = list.kv(keys * context);
    values.bytes_activations = list.activations(scores + query);

    auto last = Id::values;
    if (shape.output_gate != OutputGate::none) { // a sigmoid of each number of the gate, and a product
        auto const gates       = static_cast<double>(shape.gate_width(layer.kind));
        auto&      gate        = list.add(Id::output_gate, OperatorKind::activation, {Id::values});
        gate.flops             = 3 * gates + query;
        gate.bytes_activations = list.activations(2 * query + gates);
        last                   = Id::output_gate;
    }
    list.matrix(Id::out_proj, OperatorKind::out_proj, WeightPart::attention, query, hidden, last);
    return Id::out_proj;
}

} // namespace

std::uint32_t key_matrices(LayerKind const& kind) { return kind.shares_kv ? 0 : kind.values_from_keys ? 1 : 2; }

MixerFamily const full_attention{"attention", Mixer::attention, &weights, &kept, &add};

} // namespace scribeline::workloads
