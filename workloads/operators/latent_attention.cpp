// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): all heads share one compressed vector a token, their
// keys and their values. Counted as it decodes with least work (section 2.1 there): the matrices of keys and values are
// applied to queries and sums, in place of the whole cache.
//
//     query_down -> query_norm -> query_up ------------------> absorb_keys -> scores -> softmax -> values
//     latent_kv -> latent_norm -> rope -> kv_write ----------------------------^            -> expand_values
//         (-> output_gate) -> out_proj
//
// A gate, as wide as the values of all heads, comes out of the hidden vector beside the compressed keys (Kimi K3).
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

namespace {

std::uint64_t weights(ModelShape const& shape, LayerKind const& kind)
{
    auto const& l       = shape.latent;
    auto const  queries = l.query_rank == 0
                              ? shape.hidden * shape.query_width()
                              : std::uint64_t{l.query_rank} * shape.hidden + l.query_rank * shape.query_width();
    auto const  up      = std::uint64_t{l.kv_rank} * shape.heads * (l.nope_dim + l.value_dim);
    auto const  i       = shape.chosen_by(kind) != 0 ? shape.index : SparseIndex{};
    auto const  index = std::uint64_t{l.query_rank} * i.heads * i.dim + std::uint64_t{shape.hidden} * (i.dim + i.heads);
    return queries + std::uint64_t{shape.hidden} * l.cached() + up +
           std::uint64_t{shape.heads} * l.value_dim * shape.hidden + index +
           std::uint64_t{shape.hidden} * shape.gate_width(kind);
}

Kept kept(ModelShape const& shape, LayerKind const& kind)
{
    return {shape.latent.cached() + (shape.chosen_by(kind) != 0 ? shape.index.dim : 0)};
}

// Behind kv_write and query_norm. Scores of an index have no softmax: negative ones count as none.
void add_index(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId compressed,
               OperatorId input)
{
    using Id           = OperatorId;
    auto const& i      = step.shape.index;
    auto const  hidden = static_cast<double>(step.shape.hidden);
    auto const  all    = static_cast<double>(layer.attended);
    auto const  heads  = static_cast<double>(i.heads);
    auto const  part   = WeightPart::attention;
    list.matrix(Id::index_query, OperatorKind::latent, part, step.shape.latent.query_rank, heads * i.dim, compressed);
    list.matrix(Id::index_key, OperatorKind::latent, part, hidden, i.dim, input);
    list.matrix(Id::index_weights, OperatorKind::latent, part, hidden, heads, input);

    auto& scores = list.add(Id::index_scores, OperatorKind::index, {Id::index_query, Id::index_key, Id::index_weights});
    scores.flops = 2 * heads * i.dim * all + 3 * heads * all;
    scores.bytes_kv          = list.kv(i.dim * (all + 1)); // this token's is written
    scores.bytes_activations = list.activations(heads * i.dim + all);

    auto& select             = list.add(Id::index_select, OperatorKind::index_select, {Id::index_scores});
    select.flops             = all;
    select.bytes_activations = list.activations(all + layer.chosen);
}

OperatorId add(DecodeStep const& step, LayerStep const& layer, OperatorList& list, OperatorId input)
{
    using Id            = OperatorId;
    auto const& shape   = step.shape;
    auto const& l       = shape.latent;
    auto const  hidden  = static_cast<double>(shape.hidden);
    auto const  heads   = static_cast<double>(shape.heads);
    auto const  context = static_cast<double>(layer.chosen); // those that are looked at
    auto const  latent  = static_cast<double>(l.kv_rank);
    auto const  cached  = static_cast<double>(l.cached());
    auto const  query   = static_cast<double>(shape.query_width());
    auto const  scores  = heads * context;
    auto const  part    = WeightPart::attention;

    auto const first  = input;
    auto       before = Id::kv_write;
    if (l.query_rank != 0) {
        list.matrix(Id::query_down, OperatorKind::latent, part, hidden, l.query_rank, input);
        input = list.norm(Id::query_norm, shape.norm, l.query_rank, Id::query_down);
    }
    list.matrix(Id::query_up, OperatorKind::heads, part, l.query_rank != 0 ? l.query_rank : hidden, query, input);
    list.matrix(Id::latent_kv, OperatorKind::latent, part, hidden, cached, first);
    list.norm(Id::latent_norm, shape.norm, latent, Id::latent_kv);
    list.rope((heads + 1) * l.rope_dim, Id::latent_norm);
    list.matrices(Id::absorb_keys, OperatorKind::heads, part, heads * l.nope_dim * latent, heads * l.nope_dim * latent,
                  query + heads * cached, Id::query_up);

    auto& write             = list.add(Id::kv_write, OperatorKind::kv_write, {Id::rope});
    write.bytes_kv          = list.kv(cached);
    write.bytes_activations = list.activations(cached);

    if (shape.chosen_by(layer.kind) != 0) {
        add_index(step, layer, list, input, first);
        before = Id::index_select;
    }

    // What is cached of a token are its keys and its values: counted as read once, with the scores.
    auto& products             = list.add(Id::scores, OperatorKind::attention, {Id::absorb_keys, Id::kv_write, before});
    products.flops             = 2 * heads * cached * context;
    products.bytes_kv          = list.kv(cached * context);
    products.bytes_activations = list.activations(heads * cached + scores);

    list.softmax(scores);

    auto& values             = list.add(Id::values, OperatorKind::attention, {Id::kv_write, Id::softmax});
    values.flops             = 2 * heads * latent * context;
    values.bytes_activations = list.activations(scores + heads * latent);

    list.matrices(Id::expand_values, OperatorKind::heads, part, heads * latent * l.value_dim,
                  heads * latent * l.value_dim, heads * (latent + l.value_dim), Id::values);
    auto last = Id::expand_values;
    if (auto const gates = static_cast<double>(shape.gate_width(layer.kind)); gates > 0) {
        // Its matrix and its sigmoid, and a product.
        auto& gate = list.matrices(Id::output_gate, OperatorKind::heads, part, hidden * gates, hidden * gates,
                                   hidden + 3 * gates, last);
        gate.flops += 4 * gates;
        last = Id::output_gate;
    }
    list.matrix(Id::out_proj, OperatorKind::out_proj, part, heads * l.value_dim, hidden, last);
    return Id::out_proj;
}

} // namespace

MixerFamily const latent_attention{"latent attention", Mixer::latent_attention, &weights, &kept, &add};

} // namespace scribeline::workloads
