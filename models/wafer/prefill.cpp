#include "models/wafer/prefill.hpp"

#include "fabric/mesh.hpp"
#include "workloads/mapping/mesh_forms.hpp"
#include "workloads/mapping/mesh_gemm.hpp"
#include "workloads/mapping/prefill_layout.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

constexpr std::uint32_t largest_check = 64; // PEs a side: beyond that every wavelet takes long

std::uint64_t whole(double cycles) { return static_cast<std::uint64_t>(std::llround(cycles)); }

Parts parts_of(workloads::MeshTime const& time)
{
    Parts parts{};
    auto  at                = [&](Part part) -> std::uint64_t& { return parts[static_cast<std::size_t>(part)]; };
    at(Part::arithmetic)    = whole(time.arithmetic);
    at(Part::dispatch)      = whole(time.dispatch);
    at(Part::sram)          = whole(time.sram);
    at(Part::hops)          = whole(time.hops);
    at(Part::serialisation) = whole(time.serialisation);
    at(Part::reduce_stage)  = whole(time.reduce_stage);
    return parts;
}

// Of all tokens. Weights are read once a chunk; what grows with the context meets the whole prompt, masked or not.
void add_needs(OperatorOutcome& op, workloads::Operator const& need, workloads::DecodeStep const& step, double tokens,
               double chunks)
{
    bool const attends = need.kind == workloads::OperatorKind::attention ||
                         need.kind == workloads::OperatorKind::softmax || need.kind == workloads::OperatorKind::index ||
                         need.kind == workloads::OperatorKind::index_select;
    double const flops   = attends ? need.flops * tokens / step.context : need.flops;
    op.kind              = name_of(need.kind);
    op.flops             = flops * tokens;
    op.bytes_weights     = need.bytes_weights * chunks;
    op.bytes_kv          = attends ? need.bytes_kv * tokens / step.context * chunks : need.bytes_kv * tokens;
    op.bytes_activations = need.bytes_activations * tokens;
}

} // namespace

void add_prefill(Outcome& o, configs::Parameters const& p, workloads::DecodeStep const& step,
                 workloads::PrefillPlan const& plan)
{
    auto& prefill                = o.prefill;
    prefill.tokens               = plan.tokens;
    prefill.chunks               = plan.chunks;
    prefill.tokens_of_a_row      = plan.tokens_of_a_row;
    prefill.hidden_shifts        = plan.hidden_shifts;
    prefill.by_decode            = plan.by_decode;
    prefill.cycles               = whole(plan.cycles);
    prefill.cycles_per_layer     = whole(plan.cycles_of_a_layer);
    prefill.first_chunk_cycles   = whole(plan.first_chunk);
    prefill.busiest_stage_cycles = whole(plan.busiest_stage);
    prefill.bytes                = plan.bytes;
    prefill.bytes_left           = plan.left;
    configs::FabricClock const clock{p.wafer.clock};
    prefill.time                = clock.duration(configs::FabricCycles{prefill.cycles});
    prefill.time_to_first_token = prefill.time + o.time_per_output_token;
    prefill.tokens_per_second   = prefill.tokens / prefill.time.value();
    std::uint64_t at            = 0;
    for (auto const& each : plan.operators) {
        OperatorOutcome op;
        op.name       = each.name;
        op.collective = each.shape;
        op.parts      = parts_of(each.time);
        op.start      = at;
        for (auto const cycles : op.parts)
            at += cycles;
        op.end          = at;
        auto const most = std::max_element(op.parts.begin(), op.parts.end());
        op.bound_by     = name_of(static_cast<Part>(most - op.parts.begin()));
        if (auto const* need = find_operator(step.layer(plan.kind), each.name))
            add_needs(op, *need, step, plan.tokens, plan.chunks);
        prefill.operators.push_back(std::move(op));
    }
    o.warnings.insert(o.warnings.end(), plan.notes.begin(), plan.notes.end());
}

void check_prefill(Outcome& o, configs::Parameters const& p, workloads::DecodeStep const& step,
                   workloads::PrefillPlan const& plan, configs::GridSize region)
{
    if (region.columns != region.rows || region.columns > largest_check ||
        p.workload.weight_bits != p.workload.activation_bits || !plan.hidden_shifts || plan.by_decode)
        return;
    auto const                 layout = prefill_layout(prefill_shape(step, plan.kind), plan.tokens_of_a_row, region);
    workloads::MeshForms const forms{p};
    auto const                 check = [&](char const* what, workloads::MeshTile const& tile) {
        auto const   bits   = p.workload.activation_bits;
        auto const   left   = forms.costs().wavelets(std::uint64_t{tile.m} * tile.k, bits);
        auto const   right  = forms.costs().wavelets(std::uint64_t{tile.k} * tile.n, bits);
        auto const   mapped = map_mesh_product(region.columns, tile, workloads::Alignment::left, p);
        fabric::Mesh mesh{mapped.program, p};
        PrefillCheck out;
        out.name   = fmt::format("{} {}x{} by {}x{}", what, tile.m, tile.k, tile.k, tile.n);
        out.cycles = mesh.run();
        out.closed_form =
            (forms.alignment(left, 0, layout.steps) + forms.product(tile, 1, left, right, layout.steps)).total();
        for (auto const& entry : mesh.books())
            o.books.entries.push_back(
                                {fmt::format("prefill: {}", entry.name), entry.left, entry.right, entry.left_value, entry.right_value});
        o.prefill.checks.push_back(std::move(out));
    };
    if (!layout.attention.empty())
        check("queries", {layout.tokens, layout.inner, layout.attention.front().query()});
    if (!layout.feed_forward.empty()) {
        auto const& w = layout.feed_forward.front();
        check("down", {w.tokens, w.inner, w.to});
    }
}

} // namespace scribeline::models
