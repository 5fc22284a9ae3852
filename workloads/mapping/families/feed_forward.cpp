// The feed-forward along y: what all tokens pass over all rows, an expert's over the rows of its group.
#include "workloads/mapping/families/family.hpp"

#include "configs/failure.hpp"
#include "workloads/expert_load.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

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

// Into the space that experts work in, and back: along x in, along y out, and turned.
void to_experts(StepWriter& w)
{
    w.product(w.at.normed, w.layout.hidden, 0, w.at.wide, w.layout.narrow_rows, Line::row);
    w.turn(w.layout.narrow, Line::column);
}

void from_experts(StepWriter& w)
{
    w.product(w.at.down, w.layout.narrow, 0, w.at.wide, w.layout.wide_rows, Line::row);
    w.turn(w.layout.hidden, Line::column);
    w.run(w.costs.add(w.layout.vector()));
}

void gate_up(StepWriter& w)
{
    std::uint32_t const feed = w.shape.pre_norms ? w.at.normed : w.at.hidden;
    if (w.layout.ffn > 0) {
        w.multiply(w.layout.hidden, w.layout.ffn);
        w.multiply(w.layout.hidden, w.layout.ffn,
                   {Kernel::matrix_vector, w.at.wide, feed, w.at.w_wide, 0, w.layout.hidden, w.layout.up()});
    }
    if (w.layout.pairs > 0)
        for (int matrix = 0; matrix < 2; ++matrix)
            w.multiply_experts(w.layout.expert_input(), w.layout.expert_ffn);
    w.all_reduce(Line::row, w.at.wide, w.layout.widened(), Combine::add);
}

void up(StepWriter& w)
{
    std::uint32_t const feed = w.shape.pre_norms ? w.at.normed : w.at.hidden;
    if (w.layout.ffn > 0)
        w.multiply(w.layout.hidden, w.layout.ffn,
                   {Kernel::matrix_vector, w.at.wide, feed, w.at.w_wide, 0, w.layout.hidden, w.layout.ffn});
    if (w.layout.pairs > 0)
        w.multiply_experts(w.layout.expert_input(), w.layout.expert_ffn);
    w.all_reduce(Line::row, w.at.wide, w.layout.widened(), Combine::add);
}

void down(StepWriter& w)
{
    if (w.layout.ffn > 0)
        w.multiply(w.layout.ffn, w.layout.hidden,
                   {Kernel::matrix_vector, w.at.down, w.at.product, w.at.w_down, 0, w.layout.ffn, w.layout.hidden});
    if (w.layout.pairs > 0)
        w.multiply_experts(w.layout.expert_ffn, w.layout.expert_input());
    auto const narrow = w.layout.narrow * w.batch; // what experts give, where that is not yet the hidden vector
    w.all_reduce(Line::column, w.at.down, (w.layout.ffn > 0 || narrow == 0 ? w.layout.vector() : 0) + narrow,
                 Combine::add);
}

// One pass for the function, with a gate one for the product, and one for the share of an expert.
void activation(StepWriter& w)
{
    std::uint32_t const n = w.layout.ffn, all = w.layout.fed();
    w.run(w.costs.scalar((w.shape.gated ? 2 * all : all) + w.layout.expert_ffn * w.layout.pairs),
          {w.shape.gated ? Kernel::gate : Kernel::activate, w.at.product, w.at.wide, w.at.wide + n, 0, n});
}

// The scores of a row's experts go to all rows, which each place their own by how many are better; those that come out
// among the first send their index and share into the place that is theirs.
void router(StepWriter& w)
{
    w.multiply(w.layout.hidden, w.layout.router_outputs);
    w.all_reduce(Line::row, w.at.sums, w.batch * w.layout.router_outputs, Combine::add);
    w.turn(w.layout.all_experts, Line::column);
    for (std::uint32_t own = 0; own < w.batch * w.layout.router_outputs; ++own)
        w.run(w.costs.add(w.layout.all_experts));
    w.run(w.costs.scalar(w.batch * w.layout.active));
    w.all_reduce(Line::column, w.at.sums, 2 * w.batch * w.layout.active, Combine::add);
}

// Every column then has all scores of its tokens, and finds those that count: a pass over them, and the shares.
void prefill_router(PrefillForms& f)
{
    std::uint32_t const t = f.layout.tokens;
    f.through(f.shape.hidden, f.shape.experts);
    f.once() += f.mesh().all_reduce(f.layout.region.columns, static_cast<double>(t) * f.shape.experts) +
                f.vectors(f.shape.experts, t) + MeshForms::of(f.costs().scalar(std::uint64_t{t} * f.shape.active));
}

void prefill_to_experts(PrefillForms& f) { f.through(f.shape.hidden, f.shape.expert_input); }
void prefill_from_experts(PrefillForms& f) { f.through(f.shape.expert_input, f.shape.hidden); }

void prefill_widen(PrefillForms& f)
{
    for (auto const& w : f.layout.feed_forward) {
        f.align(w.tokens, w.from, w.count);
        for (int i = 0; i < (f.shape.gated ? 2 : 1); ++i)
            f.product(w.tokens, w.from, w.width, w.count);
    }
}

// exp and a division by scalar code; with a gate a multiplication of vectors.
void prefill_activation(PrefillForms& f)
{
    for (auto const& w : f.layout.feed_forward) {
        std::uint64_t const n = std::uint64_t{w.tokens} * w.width;
        f.once() += MeshForms::of(f.costs().scalar(n)) * w.count;
        if (f.shape.gated)
            f.once() += f.vectors(1, static_cast<std::uint32_t>(n)) * w.count;
    }
}

void prefill_down(PrefillForms& f)
{
    for (auto const& w : f.layout.feed_forward) {
        f.align(w.tokens, w.inner, w.count);
        f.product(w.tokens, w.inner, w.to, w.count);
    }
}

} // namespace

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

    if (kind.expert_input != 0) {
        l.narrow      = ceil_div(kind.expert_input, l.columns);
        l.narrow_rows = ceil_div(kind.expert_input, l.rows);
        l.wide_rows   = ceil_div(static_cast<std::uint64_t>(l.hidden) * l.columns, l.rows);
    }
    l.all_experts    = kind.experts + kind.idle_experts;
    l.active         = kind.active;
    l.experts        = ceil_div(kind.experts, groups);
    l.expert_ffn     = ceil_div(kind.expert_ffn, l.rows / groups);
    l.router_outputs = ceil_div(kind.experts + kind.idle_experts, l.rows);
    // All rows hold all experts: whichever are chosen, every pair is one row's work.
    l.pairs = groups == 1 ? l.batch * kind.active : static_cast<std::uint32_t>(std::ceil(expert_load(draw).busiest));
}

MappedRows const mapped_feed_forward{
    {{OperatorId::router, &router},
     {OperatorId::to_experts, &to_experts},
     {OperatorId::from_experts, &from_experts},
     {OperatorId::gate_up, &gate_up},
     {OperatorId::up, &up},
     {OperatorId::activation, &activation},
     {OperatorId::down, &down}},
    {{OperatorId::router, &prefill_router},
     {OperatorId::to_experts, &prefill_to_experts},
     {OperatorId::from_experts, &prefill_from_experts},
     {OperatorId::gate_up, &prefill_widen},
     {OperatorId::up, &prefill_widen},
     {OperatorId::activation, &prefill_activation},
     {OperatorId::down, &prefill_down}},
};

} // namespace scribeline::workloads
