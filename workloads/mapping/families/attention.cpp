// Keys and values as they are: elements of a head along y in its segment of rows, tokens along x.
#include "workloads/mapping/families/family.hpp"
#include "workloads/operators/families.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

void lay(LayerLayout& l, DecodeStep const& step, LayerStep const& layer)
{
    auto const gate = step.shape.output_gate;
    l.key_matrices  = key_matrices(layer.kind);
    l.gate          = gate == OutputGate::element ? l.attended_values()
                      : gate == OutputGate::head  ? l.heads_per_row * l.share
                                                  : 0;
    if (step.shape.chosen_by(layer.kind) == 0)
        return;
    auto const& index = step.shape.index;
    l.index_heads     = index.heads;
    l.index_rows      = ceil_div(index.dim, l.rows);
    l.index_blocks    = ceil_div(layer.attended, index.block);
    if (layer.chosen < layer.attended)
        l.attended = most_of_a_column(layer.chosen, l.columns, l.tokens);
}

// Of keys and values that are made in a row.
std::uint32_t made(LayerLayout const& l)
{
    return l.key_matrices == 0 ? 0 : l.key() + (l.key_matrices - 1) * l.kept_values();
}

std::uint64_t weights(LayerLayout const& l)
{
    return padded(std::uint64_t{l.hidden} * (l.query() + made(l) + l.gate)) +
           padded(std::uint64_t{l.hidden} * (l.index_heads != 0 ? l.index_heads + 1 : 0) * l.index_rows) +
           padded(std::uint64_t{l.attended_values()} * l.hidden);
}

std::uint64_t cache(LayerLayout const& l, std::uint64_t tokens_of_a_column)
{
    return l.keeps() ? l.caches * (padded(l.key() * tokens_of_a_column) + padded(l.kept_values() * tokens_of_a_column) +
                                   padded(l.index_rows * tokens_of_a_column))
                     : 0;
}

std::uint64_t vectors(LayerLayout const& l)
{
    std::uint64_t const b     = l.batch;
    auto const          index = l.index_heads == 0 ? 0
                                                   : padded(b * (l.index_heads + 1) * l.index_rows) +
                                                padded(b * l.index_heads * (std::uint64_t{l.tokens} + l.index_blocks));
    return (l.gate == 0 ? 0 : padded(b * l.gate)) + index;
}

// Query, key and value have matrices, and vector operations, of their own; their sums travel together. So do those of a
// gate.
void qkv(StepWriter& w)
{
    auto const&         l = w.layout;
    std::uint32_t const n = l.hidden, all = l.key_matrices == 0 ? 0 : 2 * l.key(), m = l.query() + all;
    std::uint32_t const input = w.shape.pre_norms ? w.at.normed : w.at.hidden;
    KernelCall const    call{Kernel::matrix_vector, w.at.qkv, input, w.at.w_qkv, 0, n, m};
    w.multiply(n, l.query(), l.key_matrices == 0 ? call : KernelCall{});
    if (l.gate > 0)
        w.multiply(n, l.gate);
    for (std::uint32_t matrix = 0; matrix < l.key_matrices; ++matrix)
        w.multiply(n, matrix == 0 ? l.key() : l.kept_values(), matrix + 1 == l.key_matrices ? call : KernelCall{});
    w.all_reduce(Line::row, w.at.qkv, w.batch * (l.query() + made(l) + l.gate), Combine::add);
}

// Each head's query and key on its own: their elements lie along the rows of the head's segment.
void qk_norm(StepWriter& w)
{
    std::uint32_t const heads = w.layout.heads_per_row * (w.layout.share + (w.layout.keeps() ? 1 : 0));
    KernelCall          square{Kernel::square_sum, w.at.qk_sums, w.at.qkv, 0, 0, w.layout.head, 0, heads};
    square.scale = 1.0f / static_cast<float>(w.head_dim);
    w.run(w.costs.scalar(w.batch * heads * w.layout.head), square);
    w.all_reduce(Line::head, w.at.qk_sums, w.batch * heads, Combine::add);
    KernelCall scale{Kernel::normalise, w.at.qkv, w.at.qkv, w.at.qk_weight, w.at.qk_sums, w.layout.head, 0, heads};
    scale.epsilon = static_cast<float>(w.shape.norm_epsilon);
    w.run(w.costs.scalar(w.batch * heads * w.layout.head), scale);
}

void rope(StepWriter& w)
{
    std::uint32_t const heads = w.layout.heads_per_row * (w.layout.share + (w.layout.keeps() ? 1 : 0));
    w.run(w.costs.scalar(w.batch * heads * w.layout.head),
          {Kernel::rotate, w.at.qkv, w.at.qkv, w.at.angles, 0, w.layout.head, 0, heads});
}

void kv_write(StepWriter& w)
{
    std::uint32_t const key = w.at.qkv + w.layout.query();
    w.run(w.costs.copy(w.batch * w.layout.key()),
          {Kernel::append_key, w.at.keys, key, 0, w.at.slot, w.layout.head, w.layout.tokens, w.layout.heads_per_row});
    w.run(w.costs.copy(w.batch * w.layout.kept_values()),
          {Kernel::append_value, w.at.values, key + w.layout.key(), 0, w.at.slot, w.layout.head, w.layout.tokens,
           w.layout.heads_per_row});
}

void scores(StepWriter& w)
{
    std::uint32_t const heads = w.layout.heads_per_row * w.layout.share;
    KernelCall          call{Kernel::scores, w.at.scores,     w.at.qkv, w.at.keys,     0,
                    w.layout.head,  w.layout.tokens, heads,    w.layout.share};
    call.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(w.head_dim)));
    w.multiply_cache(w.layout.head, w.layout.attended, call);
    w.all_reduce(Line::head, w.at.scores, w.batch * w.layout.scores(), Combine::add);
}

void softmax(StepWriter& w)
{
    std::uint32_t const heads = w.layout.heads_per_row * w.layout.share;
    w.run(w.costs.scalar(w.batch * w.layout.scores()),
          {Kernel::local_max, w.at.maxima, w.at.scores, 0, w.at.mask, 0, w.layout.tokens, heads});
    w.all_reduce(Line::row, w.at.maxima, w.batch * heads, Combine::max);
    w.run(w.costs.scalar(w.batch * w.layout.scores()),
          {Kernel::exponentials, w.at.totals, w.at.scores, w.at.maxima, w.at.mask, 0, w.layout.tokens, heads});
    w.all_reduce(Line::row, w.at.totals, w.batch * heads, Combine::add);
}

void values(StepWriter& w)
{
    std::uint32_t const heads = w.layout.heads_per_row * w.layout.share;
    w.multiply_cache(w.layout.attended, w.layout.value,
                     {Kernel::weighted_values, w.at.attended, w.at.scores, w.at.values, w.at.totals, w.layout.head,
                      w.layout.tokens, heads, w.layout.share});
    w.all_reduce(Line::row, w.at.attended, w.batch * heads * w.layout.value, Combine::add);
}

// A sigmoid and a product; a number for each head is one for all of its elements.
void output_gate(StepWriter& w)
{
    w.run(w.costs.scalar(w.batch * w.layout.gate));
    w.run(w.costs.add(w.batch * w.layout.attended_values()));
}

void out_proj(StepWriter& w)
{
    w.product(w.at.attended, w.layout.attended_values(), w.at.w_out, w.at.out, w.layout.hidden, Line::column);
}

// Every head's share of its query, along x in, along y out; and the key that all of them share.
void index_query(StepWriter& w)
{
    w.product(w.at.normed, w.layout.hidden, 0, w.at.qkv, w.layout.index_heads * w.layout.index_rows, Line::row);
}

void index_key(StepWriter& w)
{
    w.product(w.at.normed, w.layout.hidden, 0, w.at.qkv, w.layout.index_rows, Line::row);
    w.run(w.costs.copy(w.batch * w.layout.index_rows));
}

void prefill_index_query(PrefillForms& f) { f.through(f.shape.hidden, f.shape.index.heads * f.shape.index.dim); }

void prefill_index_key(PrefillForms& f) { f.through(f.shape.hidden, f.shape.index.dim); }

void prefill_qkv(PrefillForms& f)
{
    f.align(f.layout.tokens, f.layout.inner);
    for (auto const& h : f.layout.attention) {
        f.product(f.layout.tokens, f.layout.inner, h.query());
        if (f.shape.key_matrices > 0)
            f.product(f.layout.tokens, f.layout.inner, h.keys());
        if (f.shape.key_matrices > 1)
            f.product(f.layout.tokens, f.layout.inner, h.values());
        if (f.shape.gate > 0)
            f.product(f.layout.tokens, f.layout.inner,
                      (f.shape.gate + f.layout.region.columns - 1) / f.layout.region.columns);
    }
}

void prefill_qk_norm(PrefillForms& f)
{
    for (auto const& h : f.layout.attention)
        f.once() += f.norm(h.query() + new_keys(f, h), h.segment,
                           h.heads_per_column * (h.share + (f.shape.key_matrices > 0 ? 1 : 0)));
}

void prefill_output_gate(PrefillForms& f)
{
    auto const t = f.layout.tokens;
    for (auto const& h : f.layout.attention)
        f.once() += f.vectors(1, t * h.attended());
    f.once() += MeshForms::of(
        f.costs().scalar(std::uint64_t{t} * ((f.shape.gate + f.layout.region.columns - 1) / f.layout.region.columns)));
}

} // namespace

MappedMixer const& mapped_attention()
{
    static auto const made = MappedMixer{
        Mixer::attention,
        &lay,
        &weights,
        &cache,
        &no_state,
        &vectors,
        {{OperatorId::qkv, &qkv},
         {OperatorId::qk_norm, &qk_norm},
         {OperatorId::rope, &rope},
         {OperatorId::kv_write, &kv_write},
         {OperatorId::index_query, &index_query},
         {OperatorId::index_key, &index_key},
         {OperatorId::index_scores, &index_scores},
         {OperatorId::index_select, &index_select},
         {OperatorId::scores, &scores},
         {OperatorId::softmax, &softmax},
         {OperatorId::values, &values},
         {OperatorId::output_gate, &output_gate},
         {OperatorId::out_proj, &out_proj}},
        {{OperatorId::qkv, &prefill_qkv},
         {OperatorId::qk_norm, &prefill_qk_norm},
         {OperatorId::rope, &prefill_rope},
         {OperatorId::kv_write, &prefill_kv_write},
         {OperatorId::index_query, &prefill_index_query},
         {OperatorId::index_key, &prefill_index_key},
         {OperatorId::index_scores, &prefill_index_scores},
         {OperatorId::index_select, &prefill_index_select},
         {OperatorId::scores, &prefill_scores},
         {OperatorId::softmax, &prefill_softmax},
         {OperatorId::values, &prefill_values},
         {OperatorId::output_gate, &prefill_output_gate},
         {OperatorId::out_proj, &prefill_out_proj}},
    };
    return made;
}

} // namespace scribeline::workloads
