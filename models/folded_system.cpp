#include "models/folded_system.hpp"

#include "configs/failure.hpp"
#include "fabric/fold.hpp"
#include "models/repair_cost.hpp"
#include "models/token_record.hpp"
#include "models/waterfall.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/off_wafer_way.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/stage_memory.hpp"
#include "workloads/mapping/steps.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using fabric::Fold;
using fabric::Side;
using workloads::Block;
using workloads::BlockKind;
using workloads::Stage;

// How a region of one size is laid out, and the steps of each kind of block on it.
class RegionPlan {
  public:
    RegionPlan(workloads::DecodeStep const& step, configs::Parameters const& p, configs::GridSize region)
        : step_{step}, p_{p}, layout{workloads::layout_of(step.shape, step.context, region,
                                                          p.workload.kv_heads == configs::KvHeads::model)},
          lines{layout, p}
    {
    }

    workloads::Steps const& steps(BlockKind kind)
    {
        auto& entry = steps_[kind];
        if (!entry) {
            switch (kind) {
            case BlockKind::embedding:
                entry = embedding_steps(step_, layout, lines, p_);
                break;
            case BlockKind::attention:
                entry = layer_steps(step_, workloads::LayerPart::attention, layout, lines, p_);
                break;
            case BlockKind::feed_forward:
                entry = layer_steps(step_, workloads::LayerPart::feed_forward, layout, lines, p_);
                break;
            case BlockKind::head:
                entry = head_steps(step_, layout, lines, p_);
                break;
            }
        }
        return *entry;
    }

    // Wavelets of a PE's part of the hidden vector.
    std::uint32_t vector_wavelets() const
    {
        std::uint32_t const per_word = p_.workload.activation_bits == 16 ? 2 : 1;
        return (layout.hidden + per_word - 1) / per_word;
    }

  private:
    workloads::DecodeStep const& step_;
    configs::Parameters const&   p_;

    std::map<BlockKind, std::optional<workloads::Steps>> steps_;

  public:
    workloads::LayerLayout const layout;
    workloads::RegionLines const lines;
};

std::size_t first_need(workloads::DecodeStep const& step, BlockKind kind)
{
    switch (kind) {
    case BlockKind::feed_forward:
        return first_of_feed_forward(step);
    case BlockKind::head:
        return static_cast<std::size_t>(find_operator(step.once, "final_norm") - step.once.data());
    default:
        return 0;
    }
}

// Times and parts of the operators: along the critical path one begins where the one before ends.
void add_times(Outcome& o, Fold const& fold)
{
    auto const path = fold.path();
    SCRIBELINE_EXPECT(path.size() == o.operators.size());
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        auto& op = o.operators[i];
        op.start = at;
        for (std::size_t part = 0; part < part_count; ++part) {
            op.parts[part] = path[i].cycles[part];
            at += path[i].cycles[part];
        }
        op.end = at;
    }
}

std::uint64_t cuts(std::uint32_t side, std::uint32_t reticles) { return std::min(side, reticles) - 1ull; }

// Shares of what there is: `columns` x `rows` PEs on each of `wafers`, for `cycles`.
void add_shares(Outcome& o, configs::Parameters const& p, Fold const& fold, configs::GridSize grid,
                std::uint32_t wafers, std::uint64_t cycles)
{
    double const pes = double{1} * grid.columns * grid.rows * wafers, all = pes * static_cast<double>(cycles);
    double       busy = 0, stalled = 0;
    for (auto const& use : fold.regions()) {
        double const u = static_cast<double>(use.u.size()), v = static_cast<double>(use.v.size());
        busy += static_cast<double>(use.work) * u * v;
        for (auto const& account : use.u) {
            busy += static_cast<double>(account.busy) * v;
            stalled += static_cast<double>(account.stalled_in + account.stalled_out) * v;
        }
        for (auto const& account : use.v) {
            busy += static_cast<double>(account.busy) * u;
            stalled += static_cast<double>(account.stalled_in + account.stalled_out) * u;
        }
    }
    o.pe_busy_share    = busy / all;
    o.pe_stalled_share = stalled / all;
    o.pe_idle_share    = 1 - o.pe_busy_share - o.pe_stalled_share;

    auto const& totals   = fold.totals();
    o.wavelet_hops       = totals.hops;
    o.wavelets_injected  = totals.injected;
    o.wavelets_delivered = totals.delivered;
    o.scribe_crossings   = totals.crossings;
    o.wavelets_crossed   = totals.crossed;
    double const each    = static_cast<double>(p.fabric.link_serialisation.count()) / 8;
    double const slow    = static_cast<double>(configs::scribe_serialisation(p).count()) / 8;
    double const links =
        2.0 * wafers * (double{1} * grid.columns * (grid.rows - 1) + double{1} * grid.rows * (grid.columns - 1));
    double const scribe =
        2.0 * wafers *
        (static_cast<double>(cuts(p.wafer.columns, p.wafer.reticle_columns)) * grid.rows * grid.columns /
             p.wafer.columns +
         static_cast<double>(cuts(p.wafer.rows, p.wafer.reticle_rows)) * grid.columns * grid.rows / p.wafer.rows);
    double const time     = static_cast<double>(cycles);
    double const crossing = static_cast<double>(totals.crossings);
    o.link_utilisation =
        links > 0 ? (static_cast<double>(totals.hops) * each + crossing * (slow - each)) / (links * time) : 0;
    o.scribe_utilisation = scribe > 0 ? crossing * slow / (scribe * time) : 0;

    double flops = 0, bytes = 0;
    for (auto const& op : o.operators) {
        flops += op.flops;
        bytes += op.bytes_weights + op.bytes_kv;
    }
    double const rate = (p.workload.activation_bits == 16 ? p.pe.mac_rate_fp16 : p.pe.mac_rate_fp32).hundredths / 100.0;
    o.sram_bandwidth_share = bytes / (all * p.pe.sram_read_bytes);
    o.arithmetic_share     = flops / (all * 2 * rate);
}

// What longer hops add to each stage, as an operator behind its others.
void add_longer_hops(Outcome& o, std::vector<LineBundle> const& bundles, RepairedWafers const& wafers)
{
    std::map<std::uint32_t, std::uint64_t> by_stage;
    for (auto const& bundle : bundles)
        by_stage[bundle.stage] += repair_cost(bundle, wafers.longer);
    std::vector<OperatorOutcome> list;
    std::uint64_t                later = 0;
    for (std::size_t i = 0; i < o.operators.size(); ++i) {
        auto& op = o.operators[i];
        op.start += later;
        op.end += later;
        auto const stage = op.stage;
        auto const end   = op.end;
        list.push_back(std::move(op));
        bool const last =
            i + 1 == o.operators.size() || o.operators[i + 1].stage != stage || o.operators[i + 1].kind == "transfer";
        if (!last || by_stage[stage] == 0)
            continue;
        OperatorOutcome more;
        more.name                                        = "longer_hops";
        more.kind                                        = "repair";
        more.stage                                       = stage;
        more.parts[static_cast<std::size_t>(Part::hops)] = by_stage[stage];
        more.start                                       = end;
        more.end                                         = end + by_stage[stage];
        later += by_stage[stage];
        by_stage[stage] = 0;
        list.push_back(std::move(more));
    }
    o.operators            = std::move(list);
    o.repair.added_by_form = later;
}

void add_books(Outcome& o, Fold const& fold, std::uint64_t cycles)
{
    auto const& totals = fold.totals();
    o.books.entries.push_back(
        {"wavelets", "injected + forked", "delivered", totals.injected + totals.forked, totals.delivered});
    std::uint64_t parts = 0;
    for (auto const part : o.parts)
        parts += part;
    o.books.entries.push_back({"time", "cycles simulated", "parts of the operators", cycles, parts});
}

// Walks the token from stage to stage.
class TokenWalk {
  public:
    TokenWalk(configs::Parameters const& p, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
              RepairedWafers const& wafers)
        : p_{p}, step_{step}, plan_{plan}, wafers_{wafers}, control_{workloads::PeCosts{p}.control()},
          fold_{plan.stages.front().region, p, origin(plan.stages.front()), std::make_shared<fabric::LineCache>(),
                wafers.of(plan.stages.front().wafer)}
    {
    }

    void run()
    {
        for (std::uint32_t s = 0; s < plan_.stages.size(); ++s) {
            auto const& stage  = plan_.stages[s];
            auto&       region = region_of(stage.region);
            for (auto const& block : stage.blocks) {
                bool const  once  = block.kind == BlockKind::embedding || block.kind == BlockKind::head;
                auto const& steps = region.steps(block.kind);
                fold_.run(steps, region.lines);
                append_operators(operators_, steps, once ? step_.once : step_.layer, first_need(step_, block.kind),
                                 once ? -1 : static_cast<std::int32_t>(block.layer), s);
            }
            if (s + 1 < plan_.stages.size())
                move(stage, plan_.stages[s + 1], s, region.vector_wavelets());
        }
    }

    Fold const&                   fold() const { return fold_; }
    std::vector<OperatorOutcome>& operators() { return operators_; }

  private:
    static fabric::Origin origin(Stage const& stage) { return {stage.x0, stage.y0}; }

    static fabric::CauseCycles causes(workloads::WayCycles const& way)
    {
        fabric::CauseCycles cycles{};
        auto const at = [&](fabric::Cause cause) -> std::uint64_t& { return cycles[static_cast<std::size_t>(cause)]; };
        at(fabric::Cause::dispatch)      = way.dispatch;
        at(fabric::Cause::hops)          = way.hops;
        at(fabric::Cause::scribe)        = way.scribe;
        at(fabric::Cause::serialisation) = way.serialisation;
        at(fabric::Cause::off_wafer)     = way.off_wafer;
        return cycles;
    }

    RegionPlan& region_of(configs::GridSize size)
    {
        auto& entry = regions_[{size.columns, size.rows}];
        if (!entry)
            entry = std::make_unique<RegionPlan>(step_, p_, size);
        return *entry;
    }

    void move(Stage const& from, Stage const& to, std::uint32_t number, std::uint32_t wavelets)
    {
        auto const named = [&](std::string const& what) {
            append_move(operators_, "move", fmt::format("{}, {} wavelets a line", what, wavelets), number);
        };
        if (from.wafer != to.wafer) {
            fold_.wait(causes(link_way(step_, p_, from, to)), origin(to), to.region, wafers_.of(to.wafer));
            named("over a wafer link");
        } else if (to.x0 == from.x0 && to.y0 == from.y0 && to.region.rows == from.region.rows) {
            return;                                     // tables over a wafer that is one region
        } else if (to.region.rows < from.region.rows) { // from the whole wafer: the vector is there already
            fold_.shrink(to.y0 - from.y0, to.region.rows);
        } else if (to.region.rows > from.region.rows) {
            fold_.spread(from.y0 - to.y0, to.region.rows, wavelets, control_);
            named("to all rows of the wafer");
        } else {
            auto const            side    = to.x0 > from.x0   ? Side::east
                                            : to.x0 < from.x0 ? Side::west
                                            : to.y0 > from.y0 ? Side::south
                                                              : Side::north;
            constexpr char const* names[] = {"north", "east", "south", "west"};
            bool const            turned  = fold_.turned();
            fold_.move(side, wavelets, control_);
            named(fmt::format("{} {}", fold_.turned() == turned ? "fan" : "diagonal",
                              names[static_cast<std::size_t>(side)]));
        }
    }

    configs::Parameters const&   p_;
    workloads::DecodeStep const& step_;
    workloads::TokenPlan const&  plan_;
    RepairedWafers const&        wafers_;
    workloads::Operation const   control_;
    Fold                         fold_;
    std::vector<OperatorOutcome> operators_;

    std::map<std::pair<std::uint32_t, std::uint32_t>, std::unique_ptr<RegionPlan>> regions_;
};

} // namespace

Outcome fold_layer(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                   RepairedWafers const& wafers, Repair repair)
{
    auto const& p      = config.parameters;
    auto const  begin  = std::chrono::steady_clock::now();
    auto const  region = plan.stages.front().region;
    RegionPlan  layer{step, p, region};
    auto const  steps = layer_steps(step, workloads::LayerPart::all, layer.layout, layer.lines, p);
    Fold fold{region, p, {}, std::make_shared<fabric::LineCache>(), repair == Repair::exact ? wafers.of(0) : nullptr};
    fold.run(steps, layer.lines);

    Outcome o;
    o.fidelity   = "folded";
    o.layers     = step.shape.layers;
    o.state_hash = fold.hash();
    o.token_note =
        fmt::format("a token is {} x the one layer simulated; embedding, final norm, LM head and sampling are "
                    "left out, and the weights of one layer are resident",
                    o.layers);
    append_operators(o.operators, steps, step.layer, 0, -1, 0);
    add_times(o, fold);
    if (repair == Repair::added && wafers.any())
        add_longer_hops(o, line_bundles(step, p, plan), wafers);
    o.cycles_per_layer = o.operators.back().end;
    o.cycles_per_token = o.cycles_per_layer * o.layers;
    sum_up(o, p);
    add_shares(o, p, fold, region, 1, o.cycles_per_layer);
    add_plan(o, plan);
    o.token.closed_form_cycles = closed_form_of_layers(step, p, plan);
    for (auto& part : workloads::sram_budget(layer.layout, p))
        o.sram.push_back({part.name, part.bytes});
    o.sram_capacity_bytes = p.pe.sram.value();
    add_books(o, fold, o.cycles_per_layer);
    o.warnings   = step.notes;
    double bytes = 0;
    for (auto const& op : o.operators)
        bytes += op.bytes_weights + op.bytes_kv;
    o.waterfall    = waterfall_of(o, p, bytes * o.layers, double{1} * region.columns * region.rows);
    o.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return o;
}

Outcome fold_token(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                   RepairedWafers const& wafers, Repair repair)
{
    auto const& p       = config.parameters;
    auto const  begin   = std::chrono::steady_clock::now();
    auto const  regular = RepairedWafers{};
    TokenWalk   walk{p, step, plan, repair == Repair::exact ? wafers : regular};
    walk.run();

    Outcome o;
    o.fidelity   = "folded";
    o.state_hash = walk.fold().hash();
    o.operators  = std::move(walk.operators());
    add_times(o, walk.fold());
    if (repair == Repair::added && wafers.any())
        add_longer_hops(o, line_bundles(step, p, plan), wafers);
    add_return(o.operators, step, p, plan);
    complete_token(o, p, step, plan);
    add_shares(o, p, walk.fold(), {p.wafer.columns, p.wafer.rows}, plan.wafers, o.cycles_per_token);
    add_books(o, walk.fold(), o.cycles_per_token);
    o.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return o;
}

} // namespace scribeline::models
