#include "workloads/mapping/layer_memory.hpp"

#include <algorithm>

namespace scribeline::workloads {

LayerMemory::LayerMemory(LayerLayout const& l)
{
    std::uint32_t next = 0;
    auto const    take = [&](std::uint32_t elements) {
        std::uint32_t const at = next;
        next += (elements + 1) & ~1u;
        return at;
    };
    std::uint32_t const heads  = l.heads_per_row * l.share;
    hidden                     = take(l.hidden);
    normed                     = take(l.hidden);
    norm_weight[0]             = take(l.hidden);
    norm_weight[1]             = take(l.hidden);
    post_weight[0]             = take(l.hidden);
    post_weight[1]             = take(l.hidden);
    sums                       = take(2);
    qkv                        = take(l.query() + 2 * l.key());
    angles                     = take(l.head);
    qk_weight                  = take(l.query() + l.key());
    qk_sums                    = take(heads + l.heads_per_row);
    w_qkv                      = take(l.hidden * (l.query() + 2 * l.key()));
    keys                       = take(l.key() * l.tokens);
    values                     = take(l.key() * l.tokens);
    scores                     = take(l.scores());
    maxima                     = take(heads);
    totals                     = take(heads);
    mask                       = take(l.tokens);
    slot                       = take(1);
    attended                   = take(l.query());
    w_out                      = take(std::max(l.query(), l.state.values()) * l.hidden);
    out                        = take(l.hidden);
    wide                       = take(l.widened());
    w_wide                     = take(l.hidden * l.up());
    product                    = take(l.fed());
    w_down                     = take(l.ffn * l.hidden);
    down                       = take(l.hidden);
    auto const&         s      = l.state;
    std::uint32_t const before = s.taps > 0 ? s.taps - 1 : 0;
    inputs                     = take(s.inputs());
    w_inputs                   = take(l.hidden * s.inputs());
    w_taps                     = take(s.taps * s.mixed());
    recent                     = take(before * s.mixed());
    turn_to                    = take(s.key_rows);
    keys_x                     = take(2 * s.key_heads * s.keys);
    own_heads                  = take(s.own_keys);
    key_sums                   = take(2 * s.own_keys);
    tables                     = take(5 * s.heads_per_row);
    state                      = take(s.values() * s.keys);
    recalled                   = take(s.values());
    read                       = take(s.values());
    group_of                   = take(s.heads_per_row);
    group_sums                 = take(s.norm_groups);
    w_norm                     = take(s.values());
    size                       = next;
}

} // namespace scribeline::workloads
