#include "workloads/mapping/prefill_forms.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/families/family.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::workloads {

PrefillForms::PrefillForms(PrefillShape const& shape_, PrefillLayout const& layout_, configs::Parameters const& p,
                           bool hidden_shifts)
    : shape{shape_}, layout{layout_}, forms_{p}, weight_bits_{p.workload.weight_bits}, kv_bits_{p.workload.kv_bits},
      activation_bits_{p.workload.activation_bits}, hidden_shifts_{hidden_shifts}, middle_{shape.first_of_feed_forward}
{
    for (auto const id : shape.operators) {
        list_.push_back({name_of(id), "", MeshForms::of(forms_.costs().control()), {}});
        auto* const write = prefill_of(id, shape.mixer);
        if (write == nullptr)
            throw configs::UserError{configs::Exit::bad_config,
                                     fmt::format("workload.prompt: the prefill of `{}` is not simulated. Leave "
                                                 "--prompt out to decode alone.",
                                                 name_of(id))};
        write(*this);
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
    if (shape.window == 0)
        return all;
    double const chunk = static_cast<double>(layout.tokens) * layout.region.rows;
    return std::min(all, 1 + std::ceil(shape.window / chunk));
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
    op.once += (cleared + forms_.product({tokens, inner, width}, 1, left, right, layout.steps, hidden_shifts_)) * times;
    op.shape += fmt::format("{}{}x{} by {}x{}", op.shape.empty() ? "" : "; ", tokens, inner, inner, width);
}

void PrefillForms::align(std::uint32_t tokens, std::uint32_t inner, double times)
{
    std::uint32_t const words = forms_.costs().wavelets(std::uint64_t{tokens} * inner, activation_bits_);
    list_.back().once += forms_.alignment(words, 0, layout.steps) * times;
}

void PrefillForms::through(std::uint32_t inner, std::uint32_t width)
{
    auto const block = [&](std::uint32_t elements) {
        std::uint32_t const of_a_column = (elements + layout.region.columns - 1) / layout.region.columns;
        return (of_a_column * layout.region.columns + layout.steps - 1) / layout.steps;
    };
    align(layout.tokens, block(inner));
    product(layout.tokens, block(inner), (width + layout.region.columns - 1) / layout.region.columns);
}

// Squares and their sum over `elements` of each token, the reciprocal root, and two multiplications; a layer norm adds
// up the elements as well, and takes their mean off. All of them over vectors of tokens but the roots.
MeshTime PrefillForms::norm(std::uint32_t elements, std::uint32_t pes, std::uint32_t sums) const
{
    std::uint32_t const t = layout.tokens;
    return vectors((shape.layer_norm ? 6ull : 4ull) * elements, t) +
           forms_.all_reduce(pes, (shape.layer_norm ? 2.0 : 1.0) * sums * t) +
           MeshForms::of(forms_.costs().scalar(std::uint64_t{t} * sums));
}

// The keys go round; all query heads that share them meet them in turn.
MeshTime PrefillForms::attend_scores(HeadsLayout const& h) const
{
    std::uint32_t const t = layout.tokens, words = forms_.costs().wavelets(std::uint64_t{t} * h.key, kv_bits_);
    return forms_.scores({t, h.key, t}, h.share, words, h.segment, layout.region.rows) * h.heads_per_column;
}

// Scaled, less their maximum, exp by scalar code, divided by their sum: passes over vectors of queries. Where there are
// several chunks of keys, what was made of those before is scaled to the new maximum; counted for each of them.
MeshTime PrefillForms::softmax(HeadsLayout const& h) const
{
    std::uint32_t const t      = layout.tokens;
    std::uint64_t const scores = layout.scores(h), columns = scores / t,
                        rows = std::uint64_t{h.heads_per_column} * h.share;
    double const sums        = static_cast<double>(rows) * t;
    return vectors(5 * columns, t) + MeshForms::of(forms_.costs().scalar(scores + rows * t)) +
           vectors(h.attended(), t) + forms_.all_reduce(h.segment, sums) * 2;
}

// The values are aligned first: the scores lie so already.
MeshTime PrefillForms::weigh_values(HeadsLayout const& h) const
{
    auto const&         costs = forms_.costs();
    std::uint32_t const t = layout.tokens, rows = layout.region.rows;
    std::uint32_t const left  = costs.wavelets(std::uint64_t{h.share} * t * t, activation_bits_),
                        right = costs.wavelets(std::uint64_t{t} * h.value, kv_bits_);
    return (forms_.alignment(right, 0, rows) + forms_.product({t, t, h.value}, h.share, left, right, rows)) *
           h.heads_per_column;
}

} // namespace scribeline::workloads
