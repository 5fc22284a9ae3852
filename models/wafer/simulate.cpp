#include "models/wafer/simulate.hpp"

#include "configs/failure.hpp"
#include "fabric/fold.hpp"
#include "models/wafer/energy.hpp"
#include "models/wafer/folded_system.hpp"
#include "models/wafer/prefill.hpp"
#include "models/wafer/repair_cost.hpp"
#include "models/wafer/repaired_wafers.hpp"
#include "models/wafer/streamed_weights.hpp"
#include "models/wafer/token_record.hpp"
#include "models/wafer/wafer_system.hpp"
#include "models/wafer/waterfall.hpp"
#include "models/wafer/wavelet_recorder.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_plan.hpp"
#include "workloads/mapping/token_forms.hpp"
#include "workloads/mapping/token_program.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::Fidelity;

bool is_token(configs::Parameters const& p) { return workloads::schedule_of(p) == configs::Schedule::pipeline; }

// Without what runs once, as a run of one layer is counted.
workloads::StepTotals totals_of_layers(workloads::DecodeStep step)
{
    step.once.clear();
    return totals_of(step);
}

[[noreturn]] void refuse(std::string const& what) { throw configs::UserError{configs::Exit::bad_config, what}; }

Outcome folded(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
               RepairedWafers const& wafers, Repair repair = Repair::exact)
{
    return is_token(config.parameters) ? fold_token(config, step, plan, wafers, repair)
                                       : fold_layer(config, step, plan, wafers, repair);
}

// What the scribe lines cost is what the same plan takes less when they are links like others.
void add_scribe_cost(Outcome& o, configs::Config config, workloads::DecodeStep const& step,
                     workloads::TokenPlan const& plan, RepairedWafers const& wafers, Repair repair = Repair::exact)
{
    auto& p = config.parameters;
    if (p.scribe.extra_latency.count() == 0 && configs::scribe_serialisation(p) == p.fabric.link_serialisation)
        return;
    p.scribe.extra_latency      = configs::FabricCycles{0};
    p.scribe.link_serialisation = p.fabric.link_serialisation;
    p.run.quantum               = 0;
    try {
        o.cycles_without_scribe = folded(config, step, plan, wafers, repair).cycles_per_token;
    } catch (fabric::NotFoldable const&) { // then it is not known
    }
}

Outcome wavelets(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                 RepairedWafers const& wafers)
{
    auto const& p = config.parameters;
    if (!is_token(p)) {
        auto outcome = run_on_wafer(config, map_decode_layer(step, p), wafers);
        add_plan(outcome, plan);
        if (auto said = what_is_left_out(outcome.trace, outcome.cycles_per_layer); !said.empty())
            outcome.warnings.insert(outcome.warnings.begin(), std::move(said));
        outcome.token.closed_form_cycles = closed_form_of_layers(step, p, plan);
        return outcome;
    }
    if (auto const obstacle = obstacle_to_one_program(plan); !obstacle.empty())
        refuse(
            fmt::format("run.fidelity = wavelet: every wavelet of a token is simulated on one wafer whose regions "
                        "lie one below the other, and here {}. Choose --fidelity folded, or one layer with --region.",
                        obstacle));
    if (plan.streamed)
        refuse("run.fidelity = wavelet: weights that are streamed (mapping.weights) wait at the edge between blocks, "
               "which is simulated beside folded regions. Choose --fidelity folded.");
    if (p.run.payload)
        refuse("run.payload: carries the numbers of one layer. Choose a --region, which simulates one layer.");
    return run_token_on_wafer(config, step, plan, wafers);
}

// Where run.trace_operator names one, its cycles as the window of the trace: from the end of the operator before, on
// the last PE, to its own. Folding knows them before the first wavelet moves.
configs::Config with_window(configs::Config config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                            RepairedWafers const& wafers)
{
    auto& run = config.parameters.run;
    if (!run.trace || run.trace_operator == "all")
        return config;
    auto const colon = run.trace_operator.find(':');
    auto const name  = run.trace_operator.substr(0, colon);
    auto const layer = colon == std::string::npos ? std::string{} : run.trace_operator.substr(colon + 1);
    auto       known = std::vector<std::string>{};
    try {
        for (auto const& op : folded(config, step, plan, wafers).operators) {
            if (std::find(known.begin(), known.end(), op.name) == known.end())
                known.push_back(op.name);
            if (op.name != name || (!layer.empty() && layer != std::to_string(std::max(0, op.layer))))
                continue;
            run.trace_from = op.start;
            run.trace_to   = op.end;
            return config;
        }
    } catch (fabric::NotFoldable const& reason) {
        refuse(fmt::format("run.trace_operator = {}: the run cannot be folded, because {}, so its cycles are not known "
                           "beforehand. Choose run.trace_from and run.trace_to.",
                           run.trace_operator, reason.what()));
    }
    refuse(fmt::format("run.trace_operator = {}: no such operator{}. There are: {}.", run.trace_operator,
                       layer.empty() ? "" : " in that layer", fmt::join(known, ", ")));
}

// Beside it what folding says, which must be the same to the cycle: an audit of both.
Outcome every_wavelet(configs::Config const& asked, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                      RepairedWafers const& wafers)
{
    auto const config  = with_window(asked, step, plan, wafers);
    auto       outcome = wavelets(config, step, plan, wafers);
    add_energy(outcome, config.parameters, is_token(config.parameters) ? plan.wafers : 1,
               counted_operators(config, step, plan));
    try {
        outcome.token.folded_cycles = folded(config, step, plan, wafers).cycles_per_token;
        outcome.books.entries.push_back({"fidelities", "cycles of a token by every wavelet", "the same folded",
                                         outcome.cycles_per_token, outcome.token.folded_cycles});
    } catch (fabric::NotFoldable const&) { // nothing to compare with
    }
    add_scribe_cost(outcome, config, step, plan, wafers);
    return outcome;
}

// Why `auto` does not simulate every wavelet of a token that cannot be folded; empty where it does.
std::string instead_of_every_wavelet(configs::Parameters const& p, workloads::DecodeStep const& step,
                                     workloads::TokenPlan const& plan)
{
    constexpr double most = 4e6; // PEs times layers: some ten seconds
    if (!is_token(p))
        return {};
    if (auto const obstacle = obstacle_to_one_program(plan); !obstacle.empty())
        return fmt::format("every wavelet of the token cannot be simulated, because {}", obstacle);
    if (plan.streamed)
        return "weights that are streamed are not simulated by every wavelet";
    if (double{1} * p.wafer.columns * p.wafer.rows * step.shape.layers > most)
        return "every wavelet of the token takes minutes: --fidelity wavelet simulates them";
    return {};
}

// Where lines differ because of repair, the regular mesh is folded and a closed form says what its longer links add.
Outcome folded_with_longer_hops(configs::Config const& config, workloads::DecodeStep const& step,
                                workloads::TokenPlan const& plan, RepairedWafers const& wafers,
                                std::string const& reason)
{
    auto outcome = folded(config, step, plan, wafers, Repair::added);
    add_scribe_cost(outcome, config, step, plan, wafers, Repair::added);
    outcome.warnings.push_back(
        fmt::format("{} cycles of longer links are a closed form, the operators longer_hops, beside the fold of the "
                    "regular mesh: {}. --fidelity wavelet simulates them where the plan is one program",
                    outcome.repair.added_by_form, reason));
    return outcome;
}

// Formulas know how long the whole takes, not where in it the time goes.
Outcome closed_form(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                    RepairedWafers const& wafers)
{
    auto const& p = config.parameters;
    Outcome     o;
    o.fidelity        = "closed_form";
    o.token.simulated = false;
    add_plan(o, plan);
    if (!is_token(p))
        o.token.closed_form_cycles = closed_form_of_layers(step, p, plan);
    o.layers = step.shape.layers;
    o.batch  = p.workload.batch;
    if (wafers.any()) {
        o.repair.added_by_form = repair_cost(line_bundles(step, p, plan), wafers.longer);
        o.token.closed_form_cycles += static_cast<double>(o.repair.added_by_form * (is_token(p) ? 1U : o.layers));
    }
    o.cycles_per_token = static_cast<std::uint64_t>(std::llround(o.token.closed_form_cycles));
    o.cycles_per_layer = o.cycles_per_token / o.layers;
    o.token_note       = "by the planner's formulas; nothing was simulated, so nothing says where the time goes";
    sum_up(o, p);
    o.bound_by         = "unknown";
    auto const   total = is_token(p) ? totals_of(step) : totals_of_layers(step);
    double const pes   = is_token(p) ? double{1} * p.wafer.columns * p.wafer.rows * plan.wafers
                                     : double{1} * plan.region.columns * plan.region.rows;
    o.waterfall        = waterfall_of(o, p, total.bytes_weights + total.bytes_kv, pes);
    add_energy(o, p, is_token(p) ? plan.wafers : 1, counted_operators(config, step, plan));
    return o;
}

Outcome simulate_token(configs::Config const& config, workloads::DecodeStep const& step,
                       workloads::TokenPlan const& plan, RepairedWafers const& wafers)
{
    auto const&       p          = config.parameters;
    bool const        by_wavelet = p.run.trace || p.run.payload;
    char const* const option     = p.run.trace ? "run.trace" : "run.payload";
    switch (p.run.fidelity) {
    case Fidelity::closed_form:
        if (by_wavelet)
            refuse(fmt::format(
                "{}: needs wavelets, and run.fidelity = closed_form has none. Choose --fidelity wavelet.", option));
        return closed_form(config, step, plan, wafers);
    case Fidelity::wavelet:
        return every_wavelet(config, step, plan, wafers);
    case Fidelity::folded:
    case Fidelity::automatic:
        break;
    }
    bool const forced = p.run.fidelity == Fidelity::folded;
    if (by_wavelet) {
        if (forced)
            refuse(fmt::format("{}: needs every wavelet, and run.fidelity = folded simulates lines of them. Choose "
                               "--fidelity wavelet.",
                               option));
        return every_wavelet(config, step, plan, wafers);
    }
    try {
        auto outcome = folded(config, step, plan, wafers);
        add_scribe_cost(outcome, config, step, plan, wafers);
        return outcome;
    } catch (fabric::NotFoldable const& reason) {
        if (forced)
            refuse(fmt::format("run.fidelity = folded: would not be exact here, because {}. Choose --fidelity wavelet.",
                               reason.what()));
        if (wafers.any() &&
            is_token(p)) // every wavelet of a token takes minutes, and its regions may not be one program
            return folded_with_longer_hops(config, step, plan, wafers, reason.what());
        if (auto const why = instead_of_every_wavelet(p, step, plan); !why.empty()) {
            auto outcome = closed_form(config, step, plan, wafers);
            outcome.warnings.push_back(
                fmt::format("by formulas: folding would not be exact, because {}; and {}", reason.what(), why));
            return outcome;
        }
        auto outcome = every_wavelet(config, step, plan, wafers);
        outcome.warnings.push_back(fmt::format("not folded, because {}", reason.what()));
        return outcome;
    }
}

} // namespace

bool may_take_long(configs::Parameters const& p)
{
    return p.run.fidelity == Fidelity::wavelet || p.run.trace || p.run.payload;
}

Outcome simulate(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan)
{
    auto const& p       = config.parameters;
    auto        prefill = std::optional<workloads::PrefillPlan>{};
    if (p.workload.prompt != 0)
        prefill = plan_prefill(step, p, plan); // refuses before anything takes long
    auto const wafers  = repaired_wafers(p, plan.wafers);
    auto       outcome = simulate_token(config, step, plan, wafers);
    if (outcome.fidelity == "wavelet" || (outcome.fidelity == "folded" && !is_token(p)))
        play_whole(outcome, p);
    if (wafers.any()) {
        outcome.repair.defects      = p.run.defects;
        outcome.repair.dead         = wafers.dead;
        outcome.repair.rewired      = wafers.rewired;
        outcome.repair.longer_links = wafers.longer_links;
    }
    if (prefill) {
        add_prefill(outcome, p, step, *prefill);
        if (outcome.fidelity == "wavelet")
            check_prefill(outcome, p, step, *prefill, plan.region);
    }
    return outcome;
}

} // namespace scribeline::models
