#include "workloads/mapping/layer_layout.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/families/family.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

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

std::uint32_t fewest_kv_heads(ModelShape const& shape)
{
    auto fewest = shape.kv_heads;
    for (auto const& kind : shape.kinds)
        fewest = std::min(fewest, shape.sizes_of(kind).kv_heads);
    return fewest;
}

LayerLayout common_layout(ModelShape const& shape, LayerKind const& kind, std::uint32_t attended,
                          configs::GridSize region, bool pairs)
{
    auto const sizes  = shape.sizes_of(kind);
    auto const fewest = fewest_kv_heads(shape);
    SCRIBELINE_EXPECT(region.columns > 0 && region.rows > 0 && attended > 0);
    LayerLayout l{};
    l.columns = region.columns;
    l.rows    = region.rows;
    l.hidden  = ceil_div(shape.hidden, region.columns);
    // All kinds of layers share the lines of heads: those of the kind with the fewest cut the rows.
    l.segments      = ceil_div(fewest, ceil_div(fewest, region.rows));
    l.heads_per_row = ceil_div(sizes.kv_heads, l.segments);
    l.segment       = region.rows / l.segments;
    l.share         = sizes.heads / sizes.kv_heads;
    l.head          = ceil_div(sizes.head_dim, l.segment);
    if (pairs)
        l.head += l.head % 2;
    l.value           = sizes.value_dim == sizes.head_dim ? l.head : ceil_div(sizes.value_dim, l.segment);
    l.residual_blocks = shape.residual_blocks;
    l.tokens          = ceil_div(attended, region.columns);
    l.attended        = l.tokens;
    l.gated           = shape.gated;
    return l;
}

} // namespace

std::uint64_t LayerLayout::attention_weights() const { return mapped_mixer(mixer).weights(*this); }

double LayerLayout::state_bytes(double activation_bytes) const
{
    return mapped_mixer(mixer).state(*this, activation_bytes);
}

std::uint64_t LayerLayout::cache(std::uint64_t tokens_of_a_column) const
{
    return mapped_mixer(mixer).cache(*this, tokens_of_a_column);
}

LayerLayout layout_of(DecodeStep const& step, std::size_t kind, configs::GridSize region, configs::Parameters const& p)
{
    auto const& layer = step.kinds.at(kind);
    auto        l =
        common_layout(step.shape, layer.kind, layer.attended, region, p.workload.kv_heads == configs::KvHeads::model);
    l.ffn    = ceil_div(layer.kind.ffn, region.rows);
    l.batch  = vectors_of_step(p.workload);
    l.caches = p.workload.batch;
    l.mixer  = step.shape.mixer_of(layer.kind);
    mapped_mixer(l.mixer).lay(l, step, layer);
    // All kinds of layers have the same lines, also those without heads.
    if (step.shape.latent.kv_rank != 0) {
        l.segments = 1;
        l.segment  = region.rows;
    }
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
    auto l = common_layout(shape, {}, context, region, pairs);
    l.ffn  = ceil_div(shape.ffn, region.rows);
    return l;
}

std::vector<BudgetPart> sram_budget(LayerLayout const& l, configs::Parameters const& p)
{
    double const weight = p.workload.weight_bits / 8.0, kv = p.workload.kv_bits / 8.0,
                 activation = p.workload.activation_bits / 8.0;
    // Vectors that live at the same time: hidden and its norm, query with keys and values, scores, attended values,
    // gate and up with their product, and the two sums that go back to x.
    std::uint64_t const b       = l.batch;
    auto                vectors = (4 + l.residual_blocks) * padded(b * l.hidden) +
                   padded(b * (l.query() + l.key() + l.kept_values())) + padded(b * l.scores()) +
                   padded(b * l.attended_values()) + padded(l.widened()) + padded(l.fed());
    vectors += mapped_mixer(l.mixer).vectors(l);
    if (l.experts != 0) // scores of all experts; index and share of those chosen
        vectors +=
            padded(b * l.all_experts) + padded(2 * b * l.active) + padded(b * l.narrow) + padded(b * l.wide_rows);
    // Angles of the rotary embedding, weights of the two norms, and the sums of norms and softmax.
    auto const tables = padded(l.head) + 2 * padded(l.hidden) + b * (2 * padded(l.heads_per_row * l.share) + 2);
    return {{"code and runtime", p.pe.sram_runtime.value()},
            {"weights of one layer", static_cast<double>(l.weights()) * weight},
            {"KV cache of one layer", static_cast<double>(l.cache()) * kv + l.state_bytes(activation)},
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
