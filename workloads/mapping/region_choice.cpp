#include "workloads/mapping/region_choice.hpp"

#include "workloads/mapping/collective_forms.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/reduction_tree.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

double estimated_cycles(LayerLayout const& l, configs::Parameters const& p)
{
    PeCosts const   costs{p};
    LineTimes const times    = LineTimes::of(p);
    double const    per_word = p.workload.activation_bits == 16 ? 2 : 1;
    auto const      length   = [](Operation const& op) { return double{1} * op.dispatch + op.arithmetic + op.sram; };
    auto const      reduce   = [&](std::uint32_t pes, double elements) {
        return pes < 2 ? 0.0 : centred_all_reduce_form(pes, default_groups(pes), std::ceil(elements / per_word), times);
    };
    std::uint32_t const heads = l.heads_per_row * l.share;
    double const        local =
        length(costs.multiply_accumulate(l.hidden, l.query())) +
        2 * length(costs.multiply_accumulate(l.hidden, l.key())) +
        length(costs.multiply_accumulate(heads * l.head, l.tokens)) +
        length(costs.multiply_accumulate(heads * l.tokens, l.head)) +
        length(costs.multiply_accumulate(l.query(), l.hidden)) + length(costs.multiply_accumulate(l.hidden, l.up())) +
        length(costs.multiply_accumulate(l.ffn, l.hidden)) +
        length(costs.scalar(4 * l.hidden + l.query() + l.key() + 2 * l.scores() + (l.gated ? 2 : 1) * l.ffn));
    double const along_x = 2 * reduce(l.columns, 1) + reduce(l.columns, l.query() + 2 * l.key()) +
                           2 * reduce(l.columns, heads) + reduce(l.columns, l.query()) + reduce(l.columns, l.up());
    double const along_y = reduce(l.segment, l.scores()) + 2 * reduce(l.rows, l.hidden);
    return local + along_x + along_y;
}

configs::GridSize region_for(ModelShape const& shape, std::uint32_t context, configs::Parameters const& p)
{
    if (p.mapping.region.columns != 0 && p.mapping.region.rows != 0)
        return p.mapping.region;
    std::uint32_t const most  = std::min(p.wafer.columns, p.wafer.rows);
    bool const          pairs = p.workload.kv_heads == configs::KvHeads::model;
    std::uint32_t       best  = most;
    double              least = -1;
    // Steps of about a twentieth: the optimum is flat.
    for (std::uint32_t side = 2; side <= most; side += 1 + side / 20) {
        auto const layout = layout_of(shape, context, {side, side}, pairs);
        if (!fits(layout, p))
            continue;
        double const cycles = estimated_cycles(layout, p);
        if (least < 0 || cycles < least) {
            least = cycles;
            best  = side;
        }
    }
    return {best, best};
}

} // namespace scribeline::workloads
