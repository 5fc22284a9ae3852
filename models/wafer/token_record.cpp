#include "models/wafer/token_record.hpp"

#include "configs/failure.hpp"
#include "models/wafer/waterfall.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/off_wafer_way.hpp"
#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/stage_memory.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

std::string largest(Parts const& parts)
{
    auto const at = std::max_element(parts.begin(), parts.end()) - parts.begin();
    return name_of(static_cast<Part>(at));
}

void add_stages(Outcome& o, workloads::TokenPlan const& plan)
{
    for (auto const& stage : plan.stages)
        o.token.stages.push_back({stage.wafer, stage.x0, stage.y0, stage.region.columns, stage.region.rows,
                                  describe(stage.blocks), 0, 0, stage.bytes_per_pe, stage.requests});
    std::vector<bool> seen(plan.stages.size());
    for (auto const& op : o.operators) {
        auto& stage = o.token.stages[op.stage];
        if (!seen[op.stage])
            stage.start = op.start;
        seen[op.stage] = true;
        if (op.kind != "transfer")
            stage.end = op.end;
    }
}

// Requests follow one another through the stages: each stage takes the next when it has sent the one before on.
void add_requests(Outcome& o, workloads::TokenPlan const& plan)
{
    std::uint64_t busiest = 0, everywhere = 0;
    std::uint32_t fit = ~0u;
    for (std::size_t s = 0; s < plan.stages.size(); ++s) {
        auto const&         stage       = o.token.stages[s];
        std::uint64_t const length      = stage.end - stage.start;
        bool const          tables      = plan.wafer_tables && (s == 0 || s + 1 == plan.stages.size());
        (tables ? everywhere : busiest) = tables ? everywhere + length : std::max(busiest, length);
        if (plan.stages[s].requests != 0)
            fit = std::min(fit, plan.stages[s].requests);
    }
    o.token.bottleneck_cycles = std::max(
        busiest + everywhere, o.token.edge_cycles); // tables that lie over a wafer take the time of all its PEs
    auto const useful         = (o.cycles_per_token + o.token.bottleneck_cycles - 1) / o.token.bottleneck_cycles;
    o.token.requests          = static_cast<std::uint32_t>(std::min<std::uint64_t>(fit, useful));
    double const per_cycle    = std::min(o.token.requests / static_cast<double>(o.cycles_per_token),
                                         1.0 / static_cast<double>(o.token.bottleneck_cycles));
    o.token.tokens_per_second = per_cycle * o.batch * o.clock_hz;
}

// Of the fullest stage that owns a region; tables that lie over a wafer lie beside what it owns.
void add_sram(Outcome& o, configs::Parameters const& p, workloads::DecodeStep const& step,
              workloads::TokenPlan const& plan)
{
    auto const tables = plan.wafer_tables ? 1 : 0;
    auto const fullest =
        *std::max_element(plan.stages.begin() + tables, plan.stages.end() - tables,
                          [](auto const& a, auto const& b) { return a.bytes_per_pe < b.bytes_per_pe; });
    workloads::StageMemory memory{step, layouts_of(step, fullest.region, p), p};
    memory.reserve(plan.table_bytes);
    for (auto& part : memory.parts(fullest.blocks, 1))
        o.sram.push_back({part.name, part.bytes});
    o.sram_capacity_bytes = p.pe.sram.value();
}

} // namespace

void add_needs(OperatorOutcome& op, workloads::Operator const& need, std::uint32_t batch)
{
    op.flops             = need.flops * batch;
    op.bytes_weights     = need.bytes_weights;
    op.bytes_kv          = need.bytes_kv * batch;
    op.bytes_activations = need.bytes_activations * batch;
}

void count_layers(Outcome& o, workloads::DecodeStep const& step, configs::Parameters const& p,
                  workloads::Layouts const& layouts)
{
    double const like  = layers_as_of(step, workloads::commonest_kind(step), layouts, p);
    o.layers           = step.shape.layers;
    o.layers_alike     = like;
    o.batch            = p.workload.batch;
    o.cycles_per_token = static_cast<std::uint64_t>(std::llround(static_cast<double>(o.cycles_per_layer) * like));
    o.token_note =
        fmt::format("a token is {} x the one layer simulated; embedding, final norm, LM head and sampling are "
                    "left out, and the weights of one layer are resident",
                    step.kinds.size() == 1 ? fmt::format("{}", o.layers) : fmt::format("{:.2f}", like));
}

void append_operators(std::vector<OperatorOutcome>& list, workloads::Steps const& steps,
                      std::vector<workloads::Operator> const& needs, std::size_t first, std::int32_t layer,
                      std::uint32_t stage, std::uint32_t batch)
{
    for (std::size_t i = 0; i < steps.operators.size(); ++i) {
        auto const&     need = needs.at(first + i);
        OperatorOutcome op;
        SCRIBELINE_EXPECT(need.name == steps.operators[i].name);
        op.name       = steps.operators[i].name;
        op.kind       = steps.operators[i].kind;
        op.collective = steps.operators[i].collective;
        add_needs(op, need, batch);
        op.layer = layer;
        op.stage = stage;
        list.push_back(std::move(op));
    }
}

void append_move(std::vector<OperatorOutcome>& list, char const* name, std::string what, std::uint32_t stage)
{
    OperatorOutcome op;
    op.name       = name;
    op.kind       = "transfer";
    op.collective = std::move(what);
    op.stage      = stage;
    list.push_back(std::move(op));
}

void add_plan(Outcome& o, workloads::TokenPlan const& plan)
{
    o.token.region_columns = plan.region.columns;
    o.token.region_rows    = plan.region.rows;
    o.token.wafers         = plan.wafers;
    o.token.regions_x      = plan.regions_x;
    o.token.regions_y      = plan.regions_y;
    o.token.wafer_tables   = plan.wafer_tables;
    for (auto const& c : plan.candidates)
        o.token.candidates.push_back(
            {c.region.columns, c.region.rows, c.stages, c.wafers, c.cycles_per_token, c.tokens_per_second, c.verdict});
    o.token.kv_tokens_concatenated = plan.growth.concatenated;
    o.token.kv_tokens_balanced     = plan.growth.balanced;
    if (!plan.candidates.empty())
        o.token.closed_form_cycles = plan.candidates.front().cycles_per_token;
    o.warnings = plan.notes;
}

void add_return(std::vector<OperatorOutcome>& list, workloads::DecodeStep const& step, configs::Parameters const& p,
                workloads::TokenPlan const& plan)
{
    if (plan.stages.size() < 2)
        return;
    auto const way = return_way(step, p, plan.stages.back(), plan.stages.front());
    append_move(list, "token_return", "one wavelet to the embedding",
                static_cast<std::uint32_t>(plan.stages.size() - 1));
    auto& op                = list.back();
    auto  at                = [&](Part part) -> std::uint64_t& { return op.parts[static_cast<std::size_t>(part)]; };
    at(Part::dispatch)      = way.dispatch;
    at(Part::hops)          = way.hops;
    at(Part::scribe)        = way.scribe;
    at(Part::serialisation) = way.serialisation;
    at(Part::off_wafer)     = way.off_wafer;
    op.start                = list[list.size() - 2].end;
    op.end                  = op.start + way.total();
    if (plan.stages.back().wafer != plan.stages.front().wafer)
        op.work.off_wafer = static_cast<std::uint64_t>(p.fabric.wavelet_size.value());
}

void complete_token(Outcome& o, configs::Parameters const& p, workloads::DecodeStep const& step,
                    workloads::TokenPlan const& plan)
{
    o.token.simulated  = true;
    o.layers           = step.shape.layers;
    o.cycles_per_token = o.operators.back().end;
    o.batch            = p.workload.batch;
    o.token_note =
        fmt::format("one token through {} stage{} on {} wafer{}, from its embedding to the choice of the "
                    "next; nothing else is on the machine",
                    plan.stages.size(), plan.stages.size() == 1 ? "" : "s", plan.wafers, plan.wafers == 1 ? "" : "s");
    sum_up(o, p);
    double bytes = 0;
    for (auto const& op : o.operators) {
        bytes += op.bytes_weights + op.bytes_kv;
        if (op.layer >= 0)
            o.cycles_per_layer += op.end - op.start;
    }
    o.cycles_per_layer /= o.layers;
    add_plan(o, plan);
    add_stages(o, plan);
    add_requests(o, plan);
    add_sram(o, p, step, plan);
    o.warnings.insert(o.warnings.begin(), step.notes.begin(), step.notes.end());
    o.waterfall = waterfall_of(o, p, bytes, double{1} * p.wafer.columns * p.wafer.rows * plan.wafers);
}

double closed_form_of_layers(workloads::DecodeStep const& step, configs::Parameters const& p,
                             workloads::TokenPlan const& plan)
{
    auto const layouts = layouts_of(step, plan.region, p);
    auto const kind    = workloads::commonest_kind(step);
    return layers_as_of(step, kind, layouts, p) * layer_form(step, kind, layouts[kind], p);
}

void sum_up(Outcome& o, configs::Parameters const& p)
{
    for (auto& op : o.operators) {
        op.bound_by = largest(op.parts);
        for (std::size_t i = 0; i < part_count; ++i)
            o.parts[i] += op.parts[i];
    }
    o.bound_by = largest(o.parts);
    configs::FabricClock const clock{p.wafer.clock};
    o.clock_hz                   = p.wafer.clock.value();
    o.time_per_output_token      = clock.duration(configs::FabricCycles{o.cycles_per_token});
    o.tokens_per_second_per_user = 1.0 / o.time_per_output_token.value();
}

} // namespace scribeline::models
