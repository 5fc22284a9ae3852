#include "models/wafer/folded_system.hpp"

#include "configs/failure.hpp"
#include "fabric/fold.hpp"
#include "models/wafer/energy.hpp"
#include "models/wafer/repair_cost.hpp"
#include "models/wafer/streamed_weights.hpp"
#include "models/wafer/token_record.hpp"
#include "models/wafer/waterfall.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/off_wafer_way.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/region_counts.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/stage_memory.hpp"
#include "workloads/mapping/steps.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>
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
        : step_{step}, p_{p}, layouts{workloads::layouts_of(step, region, p)}, lines{layouts.front(), p}
    {
    }

    workloads::Steps const& steps(Block block)
    {
        using workloads::LayerPart;
        std::size_t const kind  = is_half(block.kind) ? step_.shape.kind_of(block.layer) : 0;
        auto&             entry = steps_[{block.kind, kind}];
        if (!entry) {
            switch (block.kind) {
            case BlockKind::embedding:
                entry = embedding_steps(step_, layouts.front(), &lines, p_);
                break;
            case BlockKind::attention:
                entry = layer_steps(step_, kind, LayerPart::attention, layouts[kind], &lines, p_);
                break;
            case BlockKind::feed_forward:
                entry = layer_steps(step_, kind, LayerPart::feed_forward, layouts[kind], &lines, p_);
                break;
            case BlockKind::head:
                entry = head_steps(step_, layouts.front(), &lines, p_);
                break;
            }
        }
        return *entry;
    }

    // Wavelets of a PE's part of the hidden vector.
    std::uint32_t vector_wavelets() const
    {
        std::uint32_t const per_word = p_.workload.activation_bits == 16 ? 2 : 1;
        return (layouts.front().vector() + per_word - 1) / per_word;
    }

  private:
    workloads::DecodeStep const& step_;
    configs::Parameters const&   p_;

    std::map<std::pair<BlockKind, std::size_t>, std::optional<workloads::Steps>> steps_; // by kind of layer

  public:
    workloads::Layouts const     layouts;
    workloads::RegionLines const lines;
};

std::size_t first_need(workloads::DecodeStep const& step, Block block)
{
    switch (block.kind) {
    case BlockKind::feed_forward:
        return first_of_feed_forward(step, step.shape.kind_of(block.layer));
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

// PEs of all regions of a plan; on a wafer with a table over it, all of them.
double pes_of_regions(workloads::TokenPlan const& plan, configs::Parameters const& p)
{
    double const        whole = double{1} * p.wafer.columns * p.wafer.rows;
    std::vector<double> pes(plan.wafers);
    for (auto const& stage : plan.stages)
        pes[stage.wafer] = std::min(whole, pes[stage.wafer] + double{1} * stage.region.columns * stage.region.rows);
    return std::accumulate(pes.begin(), pes.end(), 0.0);
}

// Shares of what there is: `columns` x `rows` PEs on each of `wafers`, for `cycles`. Arithmetic: of those in regions.
void add_shares(Outcome& o, configs::Parameters const& p, Fold const& fold, configs::GridSize grid,
                std::uint32_t wafers, double in_regions, std::uint64_t cycles)
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
    o.arithmetic_share     = flops / (in_regions * static_cast<double>(cycles) * 2 * rate);
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

// The work of the operators appended last.
void add_work(std::vector<OperatorOutcome>& operators, std::vector<workloads::WorkCounts> const& work)
{
    for (std::size_t i = 0; i < work.size(); ++i)
        operators[operators.size() - work.size() + i].work = work[i];
}

// Walks the token from stage to stage; `simulate`: not only to count its work.
class TokenWalk {
  public:
    TokenWalk(configs::Parameters const& p, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
              RepairedWafers const& wafers, bool simulate)
        : p_{p}, step_{step}, plan_{plan}, wafers_{wafers}, control_{workloads::PeCosts{p}.control()}, counts_{p}
    {
        auto const& first = plan.stages.front();
        if (simulate)
            fold_.emplace(first.region, p, origin(first), std::make_shared<fabric::LineCache>(),
                          wafers.of(first.wafer));
        place_ = {first.x0, first.y0, first.region};
    }

    void run()
    {
        for (std::uint32_t s = 0; s < plan_.stages.size(); ++s) {
            auto const& stage  = plan_.stages[s];
            auto&       region = region_of(stage.region);
            for (auto const& block : stage.blocks) {
                bool const  half  = is_half(block.kind);
                auto const& steps = region.steps(block);
                if (fold_)
                    fold_->run(steps, region.lines);
                append_operators(operators_, steps, half ? step_.of_layer(block.layer).operators : step_.once,
                                 first_need(step_, block), half ? static_cast<std::int32_t>(block.layer) : -1, s,
                                 workloads::vectors_of_step(p_.workload));
                add_work(operators_, counts_.of_steps(steps, region.lines, place_));
            }
            if (s + 1 < plan_.stages.size())
                move(stage, plan_.stages[s + 1], s, region.vector_wavelets());
        }
    }

    Fold const&                   fold() const { return *fold_; }
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
        workloads::WorkCounts work;
        auto const            named = [&](std::string const& what) {
            append_move(operators_, "move", fmt::format("{}, {} wavelets a line", what, wavelets), number);
            operators_.back().work = work;
        };
        auto const before = place_;
        place_            = {to.x0, to.y0, to.region, before.turned};
        if (from.wafer != to.wafer) {
            if (fold_)
                fold_->wait(causes(link_way(step_, p_, from, to)), origin(to), to.region, wafers_.of(to.wafer));
            place_.turned  = false;
            work.off_wafer = std::uint64_t{step_.shape.hidden} * workloads::vectors_of_step(p_.workload) *
                             p_.workload.activation_bits / 8;
            named("over a wafer link");
        } else if (to.x0 == from.x0 && to.y0 == from.y0 && to.region.rows == from.region.rows) {
            return;                                     // tables over a wafer that is one region
        } else if (to.region.rows < from.region.rows) { // from the whole wafer: the vector is there already
            if (fold_)
                fold_->shrink(to.y0 - from.y0, to.region.rows);
        } else if (to.region.rows > from.region.rows) {
            auto const first = from.y0 - to.y0;
            if (fold_)
                fold_->spread(first, to.region.rows, wavelets, control_);
            work = counts_.of_spread(before, first, to.region.rows, wavelets, control_);
            named("to all rows of the wafer");
        } else {
            auto const            side    = to.x0 > from.x0   ? Side::east
                                            : to.x0 < from.x0 ? Side::west
                                            : to.y0 > from.y0 ? Side::south
                                                              : Side::north;
            constexpr char const* names[] = {"north", "east", "south", "west"};
            bool const            along_x = side == Side::east || side == Side::west;
            bool const            across  = before.turned == along_x;
            place_.turned                 = before.turned != !across;
            if (fold_) {
                fold_->move(side, wavelets, control_);
                SCRIBELINE_EXPECT(fold_->turned() == place_.turned);
            }
            work = counts_.of_move(before, place_, wavelets, control_);
            named(fmt::format("{} {}", across ? "fan" : "diagonal", names[static_cast<std::size_t>(side)]));
        }
    }

    configs::Parameters const&   p_;
    workloads::DecodeStep const& step_;
    workloads::TokenPlan const&  plan_;
    RepairedWafers const&        wafers_;
    workloads::Operation const   control_;
    workloads::RegionCounts      counts_;
    workloads::RegionPlace       place_; // of the stage that the token is in
    std::optional<Fold>          fold_;
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
    auto const  kind  = workloads::commonest_kind(step);
    auto const& own   = layer.layouts[kind];
    auto const  steps = layer_steps(step, kind, workloads::LayerPart::all, own, &layer.lines, p);
    Fold fold{region, p, {}, std::make_shared<fabric::LineCache>(), repair == Repair::exact ? wafers.of(0) : nullptr};
    fold.run(steps, layer.lines);

    Outcome o;
    o.fidelity   = "folded";
    o.state_hash = fold.hash();
    append_operators(o.operators, steps, step.layer(kind), 0, -1, 0, workloads::vectors_of_step(p.workload));
    add_work(o.operators, workloads::RegionCounts{p}.of_steps(steps, layer.lines, {0, 0, region}));
    add_times(o, fold);
    if (repair == Repair::added && wafers.any())
        add_longer_hops(o, line_bundles(step, p, plan), wafers);
    o.cycles_per_layer = o.operators.back().end;
    count_layers(o, step, p, layer.layouts);
    sum_up(o, p);
    add_shares(o, p, fold, region, 1, double{1} * region.columns * region.rows, o.cycles_per_layer);
    add_plan(o, plan);
    o.token.closed_form_cycles = closed_form_of_layers(step, p, plan);
    for (auto& part : workloads::sram_budget(own, p))
        o.sram.push_back({part.name, part.bytes});
    o.sram_capacity_bytes = p.pe.sram.value();
    add_books(o, fold, o.cycles_per_layer);
    o.warnings   = step.notes;
    double bytes = 0;
    for (auto const& op : o.operators)
        bytes += op.bytes_weights + op.bytes_kv;
    o.waterfall = waterfall_of(o, p, bytes * o.layers, double{1} * region.columns * region.rows);
    add_energy(o, p, 1);
    o.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return o;
}

Outcome fold_token(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                   RepairedWafers const& wafers, Repair repair)
{
    auto const& p       = config.parameters;
    auto const  begin   = std::chrono::steady_clock::now();
    auto const  regular = RepairedWafers{};
    TokenWalk   walk{p, step, plan, repair == Repair::exact ? wafers : regular, true};
    walk.run();

    Outcome o;
    o.fidelity   = "folded";
    o.state_hash = walk.fold().hash();
    o.operators  = std::move(walk.operators());
    add_times(o, walk.fold());
    if (repair == Repair::added && wafers.any())
        add_longer_hops(o, line_bundles(step, p, plan), wafers);
    add_return(o.operators, step, p, plan);
    auto const edges = play_on_modules(o, p, step, plan);
    complete_token(o, p, step, plan);
    add_shares(o, p, walk.fold(), {p.wafer.columns, p.wafer.rows}, plan.wafers, pes_of_regions(plan, p),
               o.cycles_per_token);
    add_books(o, walk.fold(), o.cycles_per_token);
    o.books.entries.insert(o.books.entries.end(), edges.entries.begin(), edges.entries.end());
    add_energy(o, p, plan.wafers);
    o.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return o;
}

std::vector<OperatorOutcome> counted_operators(configs::Config const& config, workloads::DecodeStep const& step,
                                               workloads::TokenPlan const& plan)
{
    auto const& p = config.parameters;
    if (workloads::schedule_of(p) == configs::Schedule::pipeline) {
        auto const regular = RepairedWafers{};
        TokenWalk  walk{p, step, plan, regular, false};
        walk.run();
        auto list = std::move(walk.operators());
        add_return(list, step, p, plan);
        if (plan.streamed)
            list.push_back(weights_over_edge(step, plan));
        return list;
    }
    RegionPlan layer{step, p, plan.region};
    auto const kind  = workloads::commonest_kind(step);
    auto const steps = layer_steps(step, kind, workloads::LayerPart::all, layer.layouts[kind], &layer.lines, p);
    std::vector<OperatorOutcome> list;
    append_operators(list, steps, step.layer(kind), 0, -1, 0, workloads::vectors_of_step(p.workload));
    add_work(list, workloads::RegionCounts{p}.of_steps(steps, layer.lines, {0, 0, plan.region}));
    return list;
}

} // namespace scribeline::models
