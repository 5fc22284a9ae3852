#include "workloads/mapping/region_choice.hpp"

#include "workloads/mapping/collective_forms.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/reduction_tree.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

// What both halves of a layer are made of.
class Estimate {
  public:
    explicit Estimate(configs::Parameters const& p)
        : costs_{p}, times_{LineTimes::of(p)}, per_word_{p.workload.activation_bits == 16 ? 2.0 : 1.0},
          iteration_{static_cast<double>(p.pe.scalar_iteration.count()) / 8}, wafer_{p.wafer}
    {
    }

    double products(std::uint32_t operations, std::uint32_t length) const
    {
        auto const op = costs_.multiply_accumulate(operations, length);
        return double{1} * op.dispatch + op.arithmetic + op.sram;
    }
    double scalar(double iterations) const { return iteration_ * iterations; }
    double along_x(std::uint32_t pes, double elements) const
    {
        return all_reduce(pes, elements, mean_cuts(pes, wafer_.columns, wafer_.reticle_columns));
    }
    double along_y(std::uint32_t pes, double elements) const
    {
        return all_reduce(pes, elements, mean_cuts(pes, wafer_.rows, wafer_.reticle_rows));
    }

  private:
    double all_reduce(std::uint32_t pes, double elements, double cuts) const
    {
        return pes < 2
                   ? 0.0
                   : centred_all_reduce_form(pes, default_groups(pes), std::ceil(elements / per_word_), times_, cuts);
    }

    PeCosts              costs_;
    LineTimes            times_;
    double               per_word_, iteration_;
    configs::WaferParams wafer_;
};

} // namespace

double attention_cycles(LayerLayout const& l, configs::Parameters const& p)
{
    Estimate const      of{p};
    std::uint32_t const heads = l.heads_per_row * l.share;
    double const        local = of.products(l.hidden, l.query()) + 2 * of.products(l.hidden, l.key()) +
                         of.products(heads * l.head, l.tokens) + of.products(heads * l.tokens, l.head) +
                         of.products(l.query(), l.hidden) +
                         of.scalar(2.0 * l.hidden + l.query() + l.key() + 2.0 * l.scores());
    double const along_x = of.along_x(l.columns, 1) + of.along_x(l.columns, l.query() + 2 * l.key()) +
                           2 * of.along_x(l.columns, heads) + of.along_x(l.columns, l.query());
    return local + along_x + of.along_y(l.segment, l.scores()) + of.along_y(l.rows, l.hidden);
}

double feed_forward_cycles(LayerLayout const& l, configs::Parameters const& p)
{
    Estimate const of{p};
    double const   local = of.products(l.hidden, l.up()) + of.products(l.ffn, l.hidden) +
                         of.scalar(2.0 * l.hidden + (l.gated ? 2.0 : 1.0) * l.ffn);
    return local + of.along_x(l.columns, 1) + of.along_x(l.columns, l.up()) + of.along_y(l.rows, l.hidden);
}

double estimated_cycles(LayerLayout const& l, configs::Parameters const& p)
{
    return attention_cycles(l, p) + feed_forward_cycles(l, p);
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
