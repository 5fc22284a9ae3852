// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): all heads share one compressed vector a token, their
// keys and their values. Counted as it decodes with least work (section 2.1 there): the matrices of keys and values are
// applied to queries and sums, in place of the whole cache.
//
//     query_down -> query_norm -> query_up ------------------> absorb_keys -> scores -> softmax -> values
//     latent_kv -> latent_norm -> rope -> kv_write ----------------------------^            -> expand_values ->
//     out_proj
#include "workloads/operators/families.hpp"

namespace scribeline::workloads {

namespace {

std::uint64_t weights(ModelShape const& shape, LayerKind const&)
{
    auto const& l       = shape.latent;
    auto const  queries = l.query_rank == 0
                              ? shape.hidden * shape.query_width()
                              : std::uint64_t{l.query_rank} * shape.hidden + l.query_rank * shape.query_width();
    auto const  up      = std::uint64_t{l.kv_rank} * shape.heads * (l.nope_dim + l.value_dim);
    auto const& i       = shape.index;
    auto const  index = std::uint64_t{l.query_rank} * i.heads * i.dim + std::uint64_t{shape.hidden} * (i.dim + i.heads);
    return queries + std::uint64_t{shape.hidden} * l.cached() + up +
           std::uint64_t{shape.heads} * l.value_dim * shape.hidden + index;
}

Kept kept(ModelShape const& shape, LayerKind const&) { return {shape.latent.cached() + shape.index.dim}; }

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

    if (shape.index.heads != 0) {
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
    list.matrix(Id::out_proj, OperatorKind::out_proj, part, heads * l.value_dim, hidden, Id::expand_values);
    return Id::out_proj;
}

} // namespace

MixerFamily const latent_attention{"latent attention", Mixer::latent_attention, &weights, &kept, &add};

} // namespace scribeline::workloads
