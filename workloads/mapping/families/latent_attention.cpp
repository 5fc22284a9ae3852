// One head of keys, which are the values as well, over all rows: what is cached of a token along y, tokens along x.
// Compressed queries along y; queries and values of the heads along x.
//
// An index lies as the cache does: its keys along y, tokens along x. All rows then know how well each of their column's
// tokens scores, and a row finds the score that as many tokens as are wanted reach: a bit of it in every round, in
// which its columns count together. Those chosen are spread over the columns as they come, and the one with most
// decides.
#include "workloads/mapping/families/family.hpp"

namespace scribeline::workloads {

namespace {

void lay(LayerLayout& l, DecodeStep const& step, LayerStep const& layer)
{
    auto const& shape = step.shape;
    auto const& a     = shape.latent;
    l.heads_per_row   = 1;
    l.segments        = 1;
    l.segment         = l.rows;
    l.share           = shape.heads;
    l.head = l.value = ceil_div(a.cached(), l.rows);
    l.latent         = ceil_div(a.kv_rank, l.rows);
    l.query_rank     = ceil_div(a.query_rank, l.rows);
    l.query_rows     = a.query_rank != 0 ? 0 : ceil_div(shape.query_width(), l.rows);
    l.head_queries   = ceil_div(shape.query_width(), l.columns);
    l.head_nope      = ceil_div(std::uint64_t{shape.heads} * a.nope_dim, l.columns);
    l.head_values    = ceil_div(std::uint64_t{shape.heads} * a.value_dim, l.columns);
    l.heads_across   = ceil_div(l.head_values, a.value_dim);
    l.out_rows       = ceil_div(shape.hidden, l.rows);
    l.gate           = ceil_div(shape.gate_width(layer.kind), l.rows);
    if (shape.chosen_by(layer.kind) == 0)
        return;
    l.index_heads   = shape.index.heads;
    l.index_rows    = ceil_div(shape.index.dim, l.rows);
    l.index_queries = ceil_div(std::uint64_t{shape.index.heads} * shape.index.dim, l.columns);
    l.index_outputs = ceil_div(shape.index.heads, l.rows);
    if (layer.chosen < layer.attended)
        l.attended = most_of_a_column(layer.chosen, l.columns, l.tokens);
}

std::uint64_t weights(LayerLayout const& l)
{
    return padded(std::uint64_t{l.hidden} * l.query_rank) + padded(std::uint64_t{l.query_rank} * l.head_queries) +
           padded(std::uint64_t{l.hidden} * l.query_rows) + padded(std::uint64_t{l.hidden} * l.head) +
           padded(std::uint64_t{l.head_nope} * l.latent) + padded(std::uint64_t{l.latent} * l.head_values) +
           padded(std::uint64_t{l.head_values} * l.out_rows) + padded(std::uint64_t{l.query_rank} * l.index_queries) +
           padded(std::uint64_t{l.hidden} * l.index_rows) + padded(std::uint64_t{l.hidden} * l.index_outputs) +
           padded(std::uint64_t{l.hidden} * l.gate);
}

std::uint64_t cache(LayerLayout const& l, std::uint64_t tokens_of_a_column)
{
    return l.caches * (padded(l.key() * tokens_of_a_column) + padded(l.index_rows * tokens_of_a_column));
}

// Compressed queries, queries and values of the heads, and the output on its way.
std::uint64_t vectors(LayerLayout const& l)
{
    std::uint64_t const b = l.batch;
    return padded(b * l.query_rank) + padded(b * l.head_queries) + padded(b * l.head_values) + padded(b * l.out_rows) +
           padded(b * l.index_queries) + padded(b * l.index_heads * (l.index_rows + 1)) +
           (l.index_heads != 0 ? padded(b * l.tokens) : 0) + (l.gate != 0 ? padded(b * (l.gate + l.head_values)) : 0);
}

void query_down(StepWriter& w) { w.product(w.at.normed, w.layout.hidden, 0, w.at.qkv, w.layout.query_rank, Line::row); }

// Of a compressed vector, which lies along y.
void latent_norm(StepWriter& w, std::uint32_t n)
{
    w.run(w.costs.scalar(w.batch * n));
    w.all_reduce(Line::column, w.at.sums, w.batch * (w.shape.norm == Norm::layer ? 2 : 1), Combine::add);
    w.run(w.costs.scalar(w.batch * n));
}

void query_norm(StepWriter& w) { latent_norm(w, w.layout.query_rank); }
void kv_norm(StepWriter& w) { latent_norm(w, w.layout.latent); }

// Out of compressed queries, along y, to the heads along x. Where queries are not compressed, the heads' share of rows
// comes first, and then turns.
void query_up(StepWriter& w)
{
    if (w.layout.query_rank != 0)
        return w.product(w.at.qkv, w.layout.query_rank, 0, w.at.attended, w.layout.head_queries, Line::column);
    w.product(w.at.normed, w.layout.hidden, 0, w.at.qkv, w.layout.query_rows, Line::row);
    w.turn(w.layout.head_queries, Line::column);
}

void latent_kv(StepWriter& w) { w.product(w.at.normed, w.layout.hidden, 0, w.at.qkv, w.layout.head, Line::row); }

// Of the queries along x, of the key along y.
void rope(StepWriter& w)
{
    w.run(w.costs.scalar(w.batch * (w.layout.head_queries - w.layout.head_nope)));
    w.run(w.costs.scalar(w.batch * (w.layout.head - w.layout.latent)));
}

// The same elements are keys and values.
void kv_write(StepWriter& w) { w.run(w.costs.copy(w.batch * w.layout.key())); }

// Each head's queries with its matrix of keys, block by block: along x in, along y out, where rows that carry position
// take the rotated elements as they are.
void absorb_keys(StepWriter& w)
{
    w.multiply(w.layout.head_nope, w.layout.latent);
    w.run(w.costs.copy(w.batch * (w.layout.head_queries - w.layout.head_nope)));
    w.all_reduce(Line::row, w.at.qkv, w.batch * w.layout.query(), Combine::add);
}

void scores(StepWriter& w)
{
    w.multiply_cache(w.layout.head, w.layout.attended, {});
    w.all_reduce(Line::head, w.at.scores, w.batch * w.layout.scores(), Combine::add);
}

// All rows have the scores of all heads. Each does its share of them: the largest and the sums of a head meet along
// both axes, and what the shares have become goes to all rows.
void softmax(StepWriter& w)
{
    std::uint32_t const heads = w.batch * w.layout.share, scores = w.batch * w.layout.scores();
    std::uint32_t const share = (scores + w.layout.rows - 1) / w.layout.rows;
    for (auto const combine : {Combine::max, Combine::add}) {
        w.run(w.costs.scalar(share));
        for (auto const line : {Line::column, Line::row})
            w.all_reduce(line, w.at.totals, heads, combine);
    }
    w.all_reduce(Line::column, w.at.scores, scores, Combine::add);
}

void values(StepWriter& w)
{
    std::uint32_t const heads = w.layout.share, dims = w.layout.latent;
    w.multiply_cache(w.layout.attended, dims, {});
    w.all_reduce(Line::row, w.at.attended, w.batch * heads * dims, Combine::add);
}

// Each head's sum with its matrix of values: along y in, along x out.
void expand_values(StepWriter& w)
{
    std::uint32_t const heads = w.layout.heads_across;
    w.multiply(w.layout.latent * heads, (w.layout.head_values + heads - 1) / heads);
    w.all_reduce(Line::column, w.at.attended, w.batch * w.layout.head_values, Combine::add);
}

// Along x in, along y out, and then to x, where the values are.
void output_gate(StepWriter& w)
{
    w.product(w.at.normed, w.layout.hidden, 0, w.at.out, w.layout.gate, Line::row);
    w.turn(w.layout.head_values, Line::column);
    w.run(w.costs.scalar(w.batch * w.layout.head_values));
    w.run(w.costs.add(w.batch * w.layout.head_values));
}

void out_proj(StepWriter& w)
{
    w.product(w.at.attended, w.layout.head_values, w.at.w_out, w.at.out, w.layout.out_rows, Line::row);
    w.turn(w.layout.hidden, Line::column);
}

// Along y in, along x out, and then to y: all heads' elements of a row.
void index_query(StepWriter& w)
{
    auto const& l = w.layout;
    w.product(w.at.qkv, l.query_rank, 0, w.at.attended, l.index_queries, Line::column);
    w.turn(l.index_heads * l.index_rows, Line::row);
}

void index_key(StepWriter& w)
{
    w.product(w.at.normed, w.layout.hidden, 0, w.at.qkv, w.layout.index_rows, Line::row);
    w.run(w.costs.copy(w.batch * w.layout.index_rows));
}

// A row makes those of its heads, and all rows have all of them.
void index_weights(StepWriter& w)
{
    w.product(w.at.normed, w.layout.hidden, 0, w.at.qkv, w.layout.index_outputs, Line::row);
    w.turn(w.layout.index_heads, Line::column);
}

std::uint32_t of_a_column(PrefillForms const& f, std::uint32_t elements)
{
    return ceil_div(elements, f.layout.region.columns);
}

void prefill_query_down(PrefillForms& f) { f.through(f.shape.hidden, f.shape.latent.query_rank); }

void prefill_query_norm(PrefillForms& f)
{
    f.once() += f.norm(of_a_column(f, f.shape.latent.query_rank), f.layout.region.columns, 1);
}

void prefill_query_up(PrefillForms& f)
{
    f.through(f.shape.latent.query_rank != 0 ? f.shape.latent.query_rank : f.shape.hidden,
              f.shape.attention.front().heads * f.shape.attention.front().key_dim);
}

void prefill_latent_kv(PrefillForms& f) { f.through(f.shape.hidden, f.shape.latent.cached()); }

void prefill_latent_norm(PrefillForms& f)
{
    f.once() += f.norm(of_a_column(f, f.shape.latent.kv_rank), f.layout.region.columns, 1);
}

// The keys and values of every head.
void prefill_absorb_keys(PrefillForms& f)
{
    f.through(f.shape.latent.kv_rank,
              f.shape.attention.front().heads * (f.shape.latent.nope_dim + f.shape.latent.value_dim));
}

void prefill_index_query(PrefillForms& f)
{
    f.through(f.shape.latent.query_rank, f.shape.index.heads * f.shape.index.dim);
}

void prefill_index_key(PrefillForms& f) { f.through(f.shape.hidden, f.shape.index.dim); }
void prefill_index_weights(PrefillForms& f) { f.through(f.shape.hidden, f.shape.index.heads); }

// They are what was attended to.
void prefill_expand_values(PrefillForms&) {}

void prefill_output_gate(PrefillForms& f)
{
    auto const t = f.layout.tokens;
    f.through(f.shape.hidden, f.shape.gate);
    f.once() += f.vectors(1, t * of_a_column(f, f.shape.gate)) +
                MeshForms::of(f.costs().scalar(std::uint64_t{t} * of_a_column(f, f.shape.gate)));
}

} // namespace

MappedMixer const& mapped_latent_attention()
{
    static auto const made = MappedMixer{
        Mixer::latent_attention,
        &lay,
        &weights,
        &cache,
        &no_state,
        &vectors,
        {{OperatorId::query_down, &query_down},
         {OperatorId::query_norm, &query_norm},
         {OperatorId::query_up, &query_up},
         {OperatorId::latent_kv, &latent_kv},
         {OperatorId::latent_norm, &kv_norm},
         {OperatorId::rope, &rope},
         {OperatorId::absorb_keys, &absorb_keys},
         {OperatorId::kv_write, &kv_write},
         {OperatorId::index_query, &index_query},
         {OperatorId::index_key, &index_key},
         {OperatorId::index_weights, &index_weights},
         {OperatorId::index_scores, &index_scores},
         {OperatorId::index_select, &index_select},
         {OperatorId::scores, &scores},
         {OperatorId::softmax, &softmax},
         {OperatorId::values, &values},
         {OperatorId::expand_values, &expand_values},
         {OperatorId::output_gate, &output_gate},
         {OperatorId::out_proj, &out_proj}},
        {{OperatorId::query_down, &prefill_query_down},
         {OperatorId::query_norm, &prefill_query_norm},
         {OperatorId::query_up, &prefill_query_up},
         {OperatorId::latent_kv, &prefill_latent_kv},
         {OperatorId::latent_norm, &prefill_latent_norm},
         {OperatorId::rope, &prefill_rope},
         {OperatorId::absorb_keys, &prefill_absorb_keys},
         {OperatorId::kv_write, &prefill_kv_write},
         {OperatorId::index_query, &prefill_index_query},
         {OperatorId::index_key, &prefill_index_key},
         {OperatorId::index_weights, &prefill_index_weights},
         {OperatorId::index_scores, &prefill_index_scores},
         {OperatorId::index_select, &prefill_index_select},
         {OperatorId::scores, &prefill_scores},
         {OperatorId::softmax, &prefill_softmax},
         {OperatorId::values, &prefill_values},
         {OperatorId::expand_values, &prefill_expand_values},
         {OperatorId::output_gate, &prefill_output_gate},
         {OperatorId::out_proj, &prefill_out_proj}},
    };
    return made;
}

} // namespace scribeline::workloads
