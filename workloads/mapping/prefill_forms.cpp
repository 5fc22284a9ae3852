#include "workloads/mapping/prefill_forms.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

namespace scribeline::workloads {

PrefillForms::PrefillForms(PrefillShape const& shape, PrefillLayout const& layout, configs::Parameters const& p,
                           bool hidden_shifts)
    : shape_{shape}, layout_{layout}, forms_{p}, weight_bits_{p.workload.weight_bits}, kv_bits_{p.workload.kv_bits},
      activation_bits_{p.workload.activation_bits}, hidden_shifts_{hidden_shifts}
{
    for (auto const& name : shape.operators) {
        if (list_.size() == shape.first_of_feed_forward)
            middle_ = list_.size();
        list_.push_back({name, "", MeshForms::of(forms_.costs().control()), {}});
        write(name);
    }
}

double PrefillForms::cycles(std::size_t first, std::size_t last, std::uint32_t before) const
{
    double sum = 0;
    for (std::size_t i = first; i < last; ++i)
        sum += list_[i].once.total() + list_[i].per_pair.total() * pairs(before);
    return sum;
}

double PrefillForms::pairs(std::uint32_t before) const
{
    double const all = before + 1.0;
    if (shape_.window == 0)
        return all;
    double const chunk = static_cast<double>(layout_.tokens) * layout_.region.rows;
    return std::min(all, 1 + std::ceil(shape_.window / chunk));
}

MeshTime PrefillForms::vectors(std::uint64_t operations, std::uint32_t length) const
{
    return MeshForms::of(forms_.costs().add(operations, length));
}

// Weights lie aligned; the left matrix is aligned once for all products that read it.
void PrefillForms::product(std::uint32_t tokens, std::uint32_t inner, std::uint32_t width, double times)
{
    auto const&         costs = forms_.costs();
    std::uint32_t const left  = costs.wavelets(std::uint64_t{tokens} * inner, activation_bits_),
                        right = costs.wavelets(std::uint64_t{inner} * width, weight_bits_);
    auto& op                  = list_.back();
    auto  cleared             = MeshForms::of(costs.copy(1, tokens * width));
    op.once +=
        (cleared + forms_.product({tokens, inner, width}, 1, left, right, layout_.steps, hidden_shifts_)) * times;
    op.shape += fmt::format("{}{}x{} by {}x{}", op.shape.empty() ? "" : "; ", tokens, inner, inner, width);
}

void PrefillForms::align(std::uint32_t tokens, std::uint32_t inner, double times)
{
    std::uint32_t const words = forms_.costs().wavelets(std::uint64_t{tokens} * inner, activation_bits_);
    list_.back().once += forms_.alignment(words, 0, layout_.steps) * times;
}

void PrefillForms::through(std::uint32_t inner, std::uint32_t width)
{
    auto const block = [&](std::uint32_t elements) {
        std::uint32_t const of_a_column = (elements + layout_.region.columns - 1) / layout_.region.columns;
        return (of_a_column * layout_.region.columns + layout_.steps - 1) / layout_.steps;
    };
    align(layout_.tokens, block(inner));
    product(layout_.tokens, block(inner), (width + layout_.region.columns - 1) / layout_.region.columns);
}

// Every column then has all scores of its tokens, and finds those that count: a pass over them, and the shares.
void PrefillForms::router()
{
    std::uint32_t const t = layout_.tokens;
    through(shape_.hidden, shape_.experts);
    list_.back().once += forms_.all_reduce(layout_.region.columns, static_cast<double>(t) * shape_.experts) +
                         vectors(shape_.experts, t) +
                         MeshForms::of(forms_.costs().scalar(std::uint64_t{t} * shape_.active));
}

// Squares and their sum over `elements` of each token, the reciprocal root, and two multiplications; a layer norm adds
// up the elements as well, and takes their mean off. All of them over vectors of tokens but the roots.
MeshTime PrefillForms::norm(std::uint32_t elements, std::uint32_t pes, std::uint32_t sums) const
{
    std::uint32_t const t = layout_.tokens;
    return vectors((shape_.layer_norm ? 6ull : 4ull) * elements, t) +
           forms_.all_reduce(pes, (shape_.layer_norm ? 2.0 : 1.0) * sums * t) +
           MeshForms::of(forms_.costs().scalar(std::uint64_t{t} * sums));
}

// The keys go round; all query heads that share them meet them in turn.
MeshTime PrefillForms::attend_scores(HeadsLayout const& h) const
{
    std::uint32_t const t = layout_.tokens, words = forms_.costs().wavelets(std::uint64_t{t} * h.key, kv_bits_);
    return forms_.scores({t, h.key, t}, h.share, words, h.segment, layout_.region.rows) * h.heads_per_column;
}

// Scaled, less their maximum, exp by scalar code, divided by their sum: passes over vectors of queries. Where there are
// several chunks of keys, what was made of those before is scaled to the new maximum; counted for each of them.
MeshTime PrefillForms::softmax(HeadsLayout const& h) const
{
    std::uint32_t const t      = layout_.tokens;
    std::uint64_t const scores = layout_.scores(h), columns = scores / t,
                        rows = std::uint64_t{h.heads_per_column} * h.share;
    double const sums        = static_cast<double>(rows) * t;
    return vectors(5 * columns, t) + MeshForms::of(forms_.costs().scalar(scores + rows * t)) +
           vectors(h.attended(), t) + forms_.all_reduce(h.segment, sums) * 2;
}

// The values are aligned first: the scores lie so already.
MeshTime PrefillForms::values(HeadsLayout const& h) const
{
    auto const&         costs = forms_.costs();
    std::uint32_t const t = layout_.tokens, rows = layout_.region.rows;
    std::uint32_t const left  = costs.wavelets(std::uint64_t{h.share} * t * t, activation_bits_),
                        right = costs.wavelets(std::uint64_t{t} * h.value, kv_bits_);
    return (forms_.alignment(right, 0, rows) + forms_.product({t, t, h.value}, h.share, left, right, rows)) *
           h.heads_per_column;
}

void PrefillForms::write(std::string const& name)
{
    auto const&         costs = forms_.costs();
    std::uint32_t const t = layout_.tokens, d = layout_.hidden, kb = layout_.inner, columns = layout_.region.columns;
    auto&               op           = list_.back();
    auto const          of_attention = [&](auto const& count) {
        for (auto const& h : layout_.attention)
            count(h);
    };
    auto const of_feed_forward = [&](auto const& count) {
        for (auto const& w : layout_.feed_forward)
            count(w);
    };
    auto const whole_norm = [&] { op.once += norm(d, columns, 1); };
    auto const residual   = [&] { op.once += vectors(1, t * d); };
    auto const widen      = [&] {
        of_feed_forward([&](WidthLayout const& w) {
            align(w.tokens, kb, w.count);
            for (int i = 0; i < (shape_.gated ? 2 : 1); ++i)
                product(w.tokens, kb, w.width, w.count);
        });
    };
    std::map<std::string, std::function<void()>> const writers{
        {"attention_norm", whole_norm},
        {"ffn_norm", whole_norm},
        {"post_attention_norm", whole_norm},
        {"post_ffn_norm", whole_norm},
        {"attention_residual", residual},
        {"ffn_residual", residual},
        {"qkv",
         [&] {
             align(t, kb);
             of_attention([&](HeadsLayout const& h) {
                 product(t, kb, h.query());
                 product(t, kb, h.keys());
                 product(t, kb, h.values());
             });
         }},
        {"qk_norm",
         [&] {
             of_attention([&](HeadsLayout const& h) {
                 op.once += norm(h.query() + h.keys(), h.segment, h.heads_per_column * (h.share + 1));
             });
         }},
        // Four multiplications and two additions for each pair.
        {"rope",
         [&] { of_attention([&](HeadsLayout const& h) { op.once += vectors(3ull * (h.query() + h.keys()), t); }); }},
        {"kv_write",
         [&] {
             of_attention(
                 [&](HeadsLayout const& h) { op.once += MeshForms::of(costs.copy(h.keys() + h.values(), t)); });
         }},
        {"query_down", [&] { through(shape_.hidden, shape_.latent.query_rank); }},
        {"query_norm", [&] { op.once += norm((shape_.latent.query_rank + columns - 1) / columns, columns, 1); }},
        {"query_up",
         [&] {
             through(shape_.latent.query_rank != 0 ? shape_.latent.query_rank : shape_.hidden,
                     shape_.attention.front().heads * shape_.attention.front().key_dim);
         }},
        {"latent_kv", [&] { through(shape_.hidden, shape_.latent.cached()); }},
        {"latent_norm", [&] { op.once += norm((shape_.latent.kv_rank + columns - 1) / columns, columns, 1); }},
        {"absorb_keys", // the keys and values of every head
         [&] {
             through(shape_.latent.kv_rank,
                     shape_.attention.front().heads * (shape_.latent.nope_dim + shape_.latent.value_dim));
         }},
        {"expand_values", [] {}}, // they are what was attended to
        {"router", [&] { router(); }},
        {"scores",
         [&] {
             of_attention([&](HeadsLayout const& h) {
                 op.per_pair += attend_scores(h);
                 op.shape = fmt::format("{}x{} by {}x{} transposed, {} heads", t, h.key, t, h.key,
                                        h.heads_per_column * h.share);
             });
         }},
        {"softmax", [&] { of_attention([&](HeadsLayout const& h) { op.per_pair += softmax(h); }); }},
        {"values",
         [&] {
             of_attention([&](HeadsLayout const& h) {
                 op.per_pair += values(h);
                 op.shape = fmt::format("{}x{} by {}x{}, {} heads", t, t, t, h.value, h.heads_per_column * h.share);
             });
         }},
        {"out_proj",
         [&] {
             of_attention([&](HeadsLayout const& h) {
                 align(t, h.inner);
                 product(t, h.inner, d);
             });
         }},
        {"gate_up", widen},
        {"up", widen},
        // exp and a division by scalar code; with a gate a multiplication of vectors.
        {"activation",
         [&] {
             of_feed_forward([&](WidthLayout const& w) {
                 std::uint64_t const n = std::uint64_t{w.tokens} * w.width;
                 op.once += MeshForms::of(costs.scalar(n)) * w.count;
                 if (shape_.gated)
                     op.once += vectors(1, static_cast<std::uint32_t>(n)) * w.count;
             });
         }},
        {"down",
         [&] {
             of_feed_forward([&](WidthLayout const& w) {
                 align(w.tokens, w.inner, w.count);
                 product(w.tokens, w.inner, d, w.count);
             });
         }},
    };
    auto const found = writers.find(name);
    if (found == writers.end())
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("workload.prompt: the prefill of `{}` is not simulated. Leave --prompt "
                                             "out to decode alone.",
                                             name)};
    found->second();
}

} // namespace scribeline::workloads
