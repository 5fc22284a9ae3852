#include "workloads/mapping/layer_layout.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"
#include "workloads/expert_load.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

std::uint32_t ceil_div(std::uint64_t all, std::uint64_t size)
{
    return static_cast<std::uint32_t>(configs::ceil_divide(all, size));
}

double total(std::vector<BudgetPart> const& parts)
{
    double bytes = 0;
    for (auto const& part : parts)
        bytes += part.bytes;
    return bytes;
}

// The smallest square region on the wafer on which the layer fits, 0 when there is none.
std::uint32_t smallest_square(DecodeStep const& step, std::size_t kind, configs::Parameters const& p)
{
    std::uint32_t const most = std::min(p.wafer.columns, p.wafer.rows);
    for (std::uint32_t side = 1; side <= most; side += side < 64 ? 1 : 2)
        if (fits(layout_of(step, kind, {side, side}, p), p))
            return side;
    return 0;
}

LayerLayout common_layout(ModelShape const& shape, std::uint32_t attended, configs::GridSize region, bool pairs)
{
    SCRIBELINE_EXPECT(region.columns > 0 && region.rows > 0 && attended > 0);
    LayerLayout l{};
    l.columns       = region.columns;
    l.rows          = region.rows;
    l.hidden        = ceil_div(shape.hidden, region.columns);
    l.heads_per_row = ceil_div(shape.kv_heads, region.rows);
    l.segments      = ceil_div(shape.kv_heads, l.heads_per_row);
    l.segment       = region.rows / l.segments;
    l.share         = shape.heads / shape.kv_heads;
    l.head          = ceil_div(shape.head_dim, l.segment);
    if (pairs)
        l.head += l.head % 2;
    l.tokens = ceil_div(attended, region.columns);
    l.gated  = shape.gated;
    return l;
}

// One head of keys, which are the values as well, over all rows.
void lay_latent(LayerLayout& l, ModelShape const& shape)
{
    auto const& a   = shape.latent;
    l.heads_per_row = 1;
    l.segments      = 1;
    l.segment       = l.rows;
    l.share         = shape.heads;
    l.head          = ceil_div(a.cached(), l.rows);
    l.latent        = ceil_div(a.kv_rank, l.rows);
    l.query_rank    = ceil_div(a.query_rank, l.rows);
    l.query_rows    = a.query_rank != 0 ? 0 : ceil_div(shape.query_width(), l.rows);
    l.head_queries  = ceil_div(shape.query_width(), l.columns);
    l.head_nope     = ceil_div(std::uint64_t{shape.heads} * a.nope_dim, l.columns);
    l.head_values   = ceil_div(std::uint64_t{shape.heads} * a.value_dim, l.columns);
    l.heads_across  = ceil_div(l.head_values, a.value_dim);
    l.out_rows      = ceil_div(shape.hidden, l.rows);
}

// Slices are whole elements: how many of them a row holds depends on how experts are dealt out. Longer slices take
// fewer vector operations, so of equals the most groups; with more than a token has experts some would have nothing to
// do.
std::uint32_t thriftiest_groups(LayerKind const& kind, std::uint32_t rows)
{
    auto const elements = [&](std::uint32_t groups) {
        return std::uint64_t{ceil_div(kind.experts, groups)} * ceil_div(kind.expert_ffn, rows / groups);
    };
    std::uint32_t best = 1;
    for (std::uint32_t groups = 2; groups <= std::min(kind.active, rows); ++groups)
        if (elements(groups) <= elements(best))
            best = groups;
    return best;
}

void lay_experts(LayerLayout& l, LayerStep const& layer, configs::Parameters const& p)
{
    auto const& kind = layer.kind;
    if (p.mapping.expert_groups > kind.experts)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("mapping.expert_groups = {}: the model has {} experts. Choose at most so "
                                             "many groups",
                                             p.mapping.expert_groups, kind.experts)};
    auto const asked  = std::min(p.mapping.expert_groups, l.rows); // a group has a row
    auto const groups = asked != 0 ? asked : thriftiest_groups(kind, l.rows);
    auto       draw   = ExpertDraw{};
    draw.experts      = kind.experts;
    draw.active       = kind.active;
    draw.tokens       = l.batch;
    draw.groups       = groups;
    draw.imbalance    = p.workload.expert_imbalance.value;
    draw.seed         = p.run.seed;
    draw.layers       = std::max(1U, layer.layers);

    l.all_experts    = kind.experts;
    l.active         = kind.active;
    l.experts        = ceil_div(kind.experts, groups);
    l.expert_ffn     = ceil_div(kind.expert_ffn, l.rows / groups);
    l.router_outputs = ceil_div(kind.experts, l.rows);
    // All rows hold all experts: whichever are chosen, every pair is one row's work.
    l.pairs = groups == 1 ? l.batch * kind.active : static_cast<std::uint32_t>(std::ceil(expert_load(draw).busiest));
}

} // namespace

LayerLayout layout_of(DecodeStep const& step, std::size_t kind, configs::GridSize region, configs::Parameters const& p)
{
    auto const& layer = step.kinds.at(kind);
    auto        l = common_layout(step.shape, layer.attended, region, p.workload.kv_heads == configs::KvHeads::model);
    l.ffn         = ceil_div(layer.kind.ffn, region.rows);
    l.batch       = vectors_of_step(p.workload);
    l.caches      = p.workload.batch;
    if (step.shape.latent.kv_rank != 0)
        lay_latent(l, step.shape);
    if (layer.kind.experts > 0)
        lay_experts(l, layer, p);
    return l;
}

Layouts layouts_of(DecodeStep const& step, configs::GridSize region, configs::Parameters const& p)
{
    auto all = Layouts{};
    for (std::size_t kind = 0; kind < step.kinds.size(); ++kind)
        all.push_back(layout_of(step, kind, region, p));
    return all;
}

LayerLayout layout_of(ModelShape const& shape, std::uint32_t context, configs::GridSize region, bool pairs)
{
    SCRIBELINE_EXPECT(shape.kinds.empty() && shape.latent.kv_rank == 0);
    auto l = common_layout(shape, context, region, pairs);
    l.ffn  = ceil_div(shape.ffn, region.rows);
    return l;
}

std::vector<BudgetPart> sram_budget(LayerLayout const& l, configs::Parameters const& p)
{
    double const weight = p.workload.weight_bits / 8.0, kv = p.workload.kv_bits / 8.0,
                 activation = p.workload.activation_bits / 8.0;
    // Vectors that live at the same time: hidden and its norm, query with keys and values, scores, attended values,
    // gate and up with their product, and the two sums that go back to x.
    std::uint64_t const b = l.batch;
    auto vectors          = 4 * padded(b * l.hidden) + padded(b * (l.query() + 2 * l.key())) + padded(b * l.scores()) +
                   padded(b * l.query()) + padded(l.widened()) + padded(l.fed());
    if (l.latent != 0) // compressed queries, queries and values of the heads, and the output on its way
        vectors +=
            padded(b * l.query_rank) + padded(b * l.head_queries) + padded(b * l.head_values) + padded(b * l.out_rows);
    if (l.experts != 0) // scores of all experts; index and share of those chosen
        vectors += padded(b * l.all_experts) + padded(2 * b * l.active);
    // Angles of the rotary embedding, weights of the two norms, and the sums of norms and softmax.
    auto const tables = padded(l.head) + 2 * padded(l.hidden) + b * (2 * padded(l.heads_per_row * l.share) + 2);
    return {{"code and runtime", p.pe.sram_runtime.value()},
            {"weights of one layer", static_cast<double>(l.weights()) * weight},
            {"KV cache of one layer", static_cast<double>(l.cache()) * kv},
            {"activations", static_cast<double>(vectors) * activation},
            {"tables and sums", static_cast<double>(tables) * activation}};
}

bool fits(LayerLayout const& layout, configs::Parameters const& p)
{
    return total(sram_budget(layout, p)) <= p.pe.sram.value();
}

void require_fit(LayerLayout const& layout, DecodeStep const& step, std::size_t kind, configs::Parameters const& p)
{
    auto const   parts = sram_budget(layout, p);
    double const need  = total(parts);
    if (need <= p.pe.sram.value())
        return;
    auto const  largest = std::max_element(parts.begin() + 1, parts.end(),
                                           [](auto const& a, auto const& b) { return a.bytes < b.bytes; });
    auto const  side    = smallest_square(step, kind, p);
    std::string help    = side != 0 ? fmt::format("Use more PEs (--region {}x{} is enough), ", side, side)
                                    : std::string{"No region of this wafer is large enough: use "};
    throw configs::UserError{
        configs::Exit::answer_is_no,
        fmt::format(
            "{} does not fit: one layer on {}x{} PEs needs {:.0f} bytes of the {:.0f} of a PE's SRAM, {:.0f} too "
            "many; the largest part is `{}` with {:.0f} bytes. {}narrower weights (workload.weight_bits) or a "
            "shorter context (--context).",
            step.shape.name, layout.columns, layout.rows, need, p.pe.sram.value(), need - p.pe.sram.value(),
            largest->name, largest->bytes, help)};
}

} // namespace scribeline::workloads
