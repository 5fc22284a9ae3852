// An index beside attention: how its scores come about, and how those that count are found.
#include "workloads/mapping/families/family.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

std::uint32_t of_a_column(PrefillForms const& f, std::uint32_t elements)
{
    return ceil_div(elements, f.layout.region.columns);
}

// A pass of comparisons, and a count of the row, for each bit of a score; then those chosen are listed.
void select_tokens(StepWriter& w)
{
    auto const& l = w.layout;
    for (std::uint32_t bit = 0; bit < w.score_bits; ++bit) {
        w.run(w.costs.add(w.batch * l.tokens));
        w.all_reduce(Line::row, w.at.sums, w.batch, Combine::add);
    }
    w.run(w.costs.scalar(w.batch * l.tokens));
}

// Tokens of a block lie in all columns: the best of each block is the best of a row, which all columns then know. A
// head of keys at a time each of them compares, without any further word between them.
void select_blocks(StepWriter& w)
{
    auto const& l    = w.layout;
    auto const  best = w.batch * l.index_heads * l.index_blocks;
    w.run(w.costs.add(w.batch * l.index_heads * l.tokens));
    w.all_reduce(Line::row, w.at.sums, best, Combine::max);
    for (std::uint32_t bit = 0; bit < w.score_bits; ++bit)
        w.run(w.costs.add(best));
    w.run(w.costs.scalar(w.batch * l.index_heads * l.attended));
}

} // namespace

// Of so many that fall into columns at random, those in the fullest: the mean and what the largest of as many Poisson
// draws exceeds it by, in the first order.
std::uint32_t most_of_a_column(std::uint64_t chosen, std::uint32_t columns, std::uint32_t tokens)
{
    auto const mean = static_cast<double>(chosen) / columns;
    auto const most = mean + std::sqrt(2 * mean * std::log(std::max(2.0, double{1} * columns)));
    return std::min(tokens, static_cast<std::uint32_t>(std::ceil(most)));
}

// Of tokens that are chosen one by one: negative scores are cut off, and a token's are weighed and added up where it
// is.
void index_scores(StepWriter& w)
{
    auto const& l = w.layout;
    w.multiply_index(l.index_rows, l.tokens);
    w.all_reduce(Line::column, w.at.scores, w.batch * l.index_heads * l.tokens, Combine::add);
    if (l.index_blocks != 0)
        return;
    w.run(w.costs.add(w.batch * l.index_heads * l.tokens));
    w.run(w.costs.multiply_accumulate(w.batch * l.index_heads, l.tokens));
}

void index_select(StepWriter& w)
{
    if (w.layout.attended == w.layout.tokens)
        return;
    if (w.layout.index_blocks != 0)
        select_blocks(w);
    else
        select_tokens(w);
}

// As the scores of so many heads that share a key; a weight and a sum of each.
void prefill_index_scores(PrefillForms& f)
{
    auto       h       = HeadsLayout{};
    auto const t       = f.layout.tokens;
    h.heads_per_column = 1;
    h.segment          = f.layout.region.columns;
    h.share            = f.shape.index.heads;
    h.key              = of_a_column(f, f.shape.index.dim);
    f.per_pair() += f.attend_scores(h) + f.vectors(2 * f.layout.scores(h) / t, t);
}

// The same search for every token of a row. Those chosen differ from token to token, so the products are of all of
// them, and what was not chosen counts as masked.
void prefill_index_select(PrefillForms& f)
{
    auto const t = f.layout.tokens;
    f.per_pair() += (f.vectors(t, t) + f.mesh().all_reduce(f.layout.region.columns, t)) * f.activation_bits();
}

} // namespace scribeline::workloads
