// Keys and values of every token, as they are: of the whole context, or of a window.
//
//     qkv -> qk_norm -> rope -> kv_write -> scores -> softmax -> values -> out_proj
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

namespace {

std::uint64_t weights(ModelShape const& shape, LayerKind const&)
{
    return shape.hidden * (shape.query_width() + 2 * shape.kv_width()) + shape.query_width() * shape.hidden;
}

Kept kept(ModelShape const& shape, LayerKind const&) { return {2 * shape.kv_width()}; }

OperatorId add(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    using Id            = OperatorId;
    auto const& shape   = step.shape;
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto const  query   = static_cast<double>(shape.query_width());
    auto const  keys    = static_cast<double>(shape.kv_width());
    auto const  context = static_cast<double>(layer.attended);
    auto const  scores  = static_cast<double>(shape.heads) * context;

    list.matrix(Id::qkv, OperatorKind::qkv, WeightPart::attention, hidden, query + 2 * keys, input);
    input = Id::qkv;
    if (shape.qk_norm)
        input = list.norm(Id::qk_norm, shape.norm, query + keys, input);
    list.rope((query + keys) * shape.rotary_fraction, input);

    auto& write             = list.add(Id::kv_write, OperatorKind::kv_write, {Id::rope});
    write.bytes_kv          = list.kv(2 * keys);
    write.bytes_activations = list.activations(2 * keys);

    // Query heads that share a head of keys read it once.
    auto& products             = list.add(Id::scores, OperatorKind::attention, {Id::rope, Id::kv_write});
    products.flops             = 2 * query * context;
    products.bytes_kv          = list.kv(keys * context);
    products.bytes_activations = list.activations(query + scores);

    list.softmax(scores);

    auto& values             = list.add(Id::values, OperatorKind::attention, {Id::kv_write, Id::softmax});
    values.flops             = 2 * query * context;
    values.bytes_kv          = list.kv(keys * context);
    values.bytes_activations = list.activations(scores + query);

    list.matrix(Id::out_proj, OperatorKind::out_proj, WeightPart::attention, query, hidden, Id::values);
    return Id::out_proj;
}

} // namespace

MixerFamily const full_attention{"attention", Mixer::attention, &weights, &kept, &add};

} // namespace scribeline::workloads
