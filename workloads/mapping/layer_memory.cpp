#include "workloads/mapping/layer_memory.hpp"

namespace scribeline::workloads {

LayerMemory::LayerMemory(LayerLayout const& l)
{
    std::uint32_t next = 0;
    auto const    take = [&](std::uint32_t elements) {
        std::uint32_t const at = next;
        next += (elements + 1) & ~1u;
        return at;
    };
    std::uint32_t const heads = l.heads_per_row * l.share;
    hidden                    = take(l.hidden);
    normed                    = take(l.hidden);
    norm_weight[0]            = take(l.hidden);
    norm_weight[1]            = take(l.hidden);
    post_weight[0]            = take(l.hidden);
    post_weight[1]            = take(l.hidden);
    sums                      = take(2);
    qkv                       = take(l.query() + 2 * l.key());
    angles                    = take(l.head);
    qk_weight                 = take(l.query() + l.key());
    qk_sums                   = take(heads + l.heads_per_row);
    w_qkv                     = take(l.hidden * (l.query() + 2 * l.key()));
    keys                      = take(l.key() * l.tokens);
    values                    = take(l.key() * l.tokens);
    scores                    = take(l.scores());
    maxima                    = take(heads);
    totals                    = take(heads);
    mask                      = take(l.tokens);
    slot                      = take(1);
    attended                  = take(l.query());
    w_out                     = take(l.query() * l.hidden);
    out                       = take(l.hidden);
    wide                      = take(l.widened());
    w_wide                    = take(l.hidden * l.up());
    product                   = take(l.fed());
    w_down                    = take(l.ffn * l.hidden);
    down                      = take(l.hidden);
    size                      = next;
}

} // namespace scribeline::workloads
