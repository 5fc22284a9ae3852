#include "workloads/mapping/prefill_layout.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/layer_layout.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

PrefillLayout prefill_layout(PrefillShape const& shape, std::uint32_t tokens, configs::GridSize region)
{
    SCRIBELINE_EXPECT(tokens > 0 && region.columns > 1 && region.rows > 1);
    PrefillLayout l{};
    l.region         = region;
    l.steps          = std::max(region.columns, region.rows);
    l.tokens         = tokens;
    l.hidden         = ceil_div(shape.hidden, region.columns);
    auto const block = [&](std::uint64_t of_a_column) { return ceil_div(of_a_column * region.columns, l.steps); };
    l.inner          = block(l.hidden);
    for (auto const& a : shape.attention) {
        HeadsLayout h{};
        h.heads_per_column = ceil_div(a.kv_heads, region.columns);
        h.segment          = region.columns / ceil_div(a.kv_heads, h.heads_per_column);
        h.share            = a.heads / a.kv_heads;
        h.key              = ceil_div(a.key_dim, h.segment);
        h.value            = ceil_div(a.value_dim, h.segment);
        if (a.pairs)
            h.key += h.key % 2;
        h.inner = block(h.attended());
        l.attention.push_back(h);
    }
    for (auto const& f : shape.feed_forward) {
        WidthLayout w{};
        w.tokens = static_cast<std::uint32_t>(std::ceil(f.token_share * tokens));
        w.width  = ceil_div(f.width, region.columns);
        w.inner  = block(w.width);
        w.to     = f.input == 0 ? l.hidden : ceil_div(f.input, region.columns);
        w.from   = block(w.to);
        w.count  = f.count;
        l.feed_forward.push_back(w);
    }
    return l;
}

// The keys of a chunk lie over the columns of the head's segment, a block of every row in one of them.
std::uint64_t PrefillLayout::scores(HeadsLayout const& h) const
{
    return std::uint64_t{h.heads_per_column} * h.share * tokens * tokens * ceil_div(region.rows, h.segment);
}

double PrefillLayout::bytes(PrefillShape const& shape, configs::Parameters const& p, bool hidden_shifts) const
{
    auto const t = std::uint64_t{tokens};
    // What a half of the layer needs at once beside its input and the normed input: the latter's shift, and
    std::uint64_t attending = 0, feeding = 0, weights = 0, row = hidden;
    for (auto const& h : attention) {
        // queries, new keys and values, a shifted block of keys or values; scores with the block being summed up and
        // the one that is shifted; what they weigh, and its shift; per query a maximum and a sum
        std::uint64_t const pair = std::uint64_t{h.share} * t * t;
        attending =
            std::max(attending, t * (h.query() + h.keys() + h.values() + std::max(h.key, h.value)) + scores(h) +
                                    2 * pair + t * (h.attended() + h.inner) + 4 * t * h.heads_per_column * h.share);
        weights = std::max({weights, std::uint64_t{inner} * std::max({h.query(), h.keys(), h.values()}),
                            std::uint64_t{h.inner} * hidden});
        row     = std::max({row, std::uint64_t{h.query()}, std::uint64_t{h.values()}});
    }
    for (auto const& w : feed_forward) {
        // both outputs, and the shift of what they make; the sum over several of them stays
        feeding = std::max(feeding, std::uint64_t{w.tokens} * ((shape.gated ? 2 : 1) * w.width + w.inner) +
                                        (w.count > 1 ? t * hidden : 0));
        weights = std::max({weights, std::uint64_t{inner} * w.width, std::uint64_t{w.inner} * hidden});
        row     = std::max(row, std::uint64_t{w.width});
    }
    auto const activations = t * (3ull * hidden + inner) + std::max(attending, feeding) + 2 * t;
    return static_cast<double>(activations) * p.workload.activation_bits / 8 +
           static_cast<double>(hidden_shifts ? weights : row) * p.workload.weight_bits / 8;
}

} // namespace scribeline::workloads
