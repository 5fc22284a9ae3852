#include "models/simulate.hpp"

#include "configs/failure.hpp"
#include "fabric/fold.hpp"
#include "models/folded_system.hpp"
#include "models/token_record.hpp"
#include "models/wafer_system.hpp"
#include "models/waterfall.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/token_forms.hpp"
#include "workloads/mapping/token_program.hpp"

#include <cmath>

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

Outcome folded(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan)
{
    return is_token(config.parameters) ? fold_token(config, step, plan) : fold_layer(config, step, plan);
}

Outcome wavelets(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan)
{
    auto const& p = config.parameters;
    if (!is_token(p)) {
        auto outcome = run_on_wafer(config, map_decode_layer(step, p));
        add_plan(outcome, plan);
        outcome.token.closed_form_cycles = closed_form_of_layers(step, p, plan);
        return outcome;
    }
    if (auto const obstacle = obstacle_to_one_program(plan); !obstacle.empty())
        refuse(
            fmt::format("run.fidelity = wavelet: every wavelet of a token is simulated on one wafer whose regions "
                        "lie one below the other, and here {}. Choose --fidelity folded, or one layer with --region.",
                        obstacle));
    if (p.run.payload)
        refuse("run.payload: carries the numbers of one layer. Choose a --region, which simulates one layer.");
    return run_token_on_wafer(config, step, plan);
}

// Beside it what folding says, which must be the same to the cycle: an audit of both.
Outcome every_wavelet(configs::Config const& config, workloads::DecodeStep const& step,
                      workloads::TokenPlan const& plan)
{
    auto outcome = wavelets(config, step, plan);
    try {
        outcome.token.folded_cycles = folded(config, step, plan).cycles_per_token;
        outcome.books.entries.push_back({"fidelities", "cycles of a token by every wavelet", "the same folded",
                                         outcome.cycles_per_token, outcome.token.folded_cycles});
    } catch (fabric::NotFoldable const&) { // nothing to compare with
    }
    return outcome;
}

// Formulas know how long the whole takes, not where in it the time goes.
Outcome closed_form(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan)
{
    auto const& p = config.parameters;
    Outcome     o;
    o.fidelity        = "closed_form";
    o.token.simulated = false;
    add_plan(o, plan);
    if (!is_token(p))
        o.token.closed_form_cycles = closed_form_of_layers(step, p, plan);
    o.layers           = step.shape.layers;
    o.cycles_per_token = static_cast<std::uint64_t>(std::llround(o.token.closed_form_cycles));
    o.cycles_per_layer = o.cycles_per_token / o.layers;
    o.token_note       = "by the planner's formulas; nothing was simulated, so nothing says where the time goes";
    sum_up(o, p);
    o.bound_by         = "unknown";
    auto const   total = is_token(p) ? totals_of(step) : totals_of_layers(step);
    double const pes   = is_token(p) ? double{1} * p.wafer.columns * p.wafer.rows * plan.wafers
                                     : double{1} * plan.region.columns * plan.region.rows;
    o.waterfall        = waterfall_of(o, p, total.bytes_weights + total.bytes_kv, pes);
    return o;
}

} // namespace

bool may_take_long(configs::Parameters const& p)
{
    return p.run.fidelity == Fidelity::wavelet || p.run.trace || p.run.payload;
}

Outcome simulate(configs::Config const& config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan)
{
    auto const&       p          = config.parameters;
    bool const        by_wavelet = p.run.trace || p.run.payload;
    char const* const option     = p.run.trace ? "run.trace" : "run.payload";
    switch (p.run.fidelity) {
    case Fidelity::closed_form:
        if (by_wavelet)
            refuse(fmt::format(
                "{}: needs wavelets, and run.fidelity = closed_form has none. Choose --fidelity wavelet.", option));
        return closed_form(config, step, plan);
    case Fidelity::wavelet:
        return every_wavelet(config, step, plan);
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
        return every_wavelet(config, step, plan);
    }
    try {
        return folded(config, step, plan);
    } catch (fabric::NotFoldable const& reason) {
        if (forced)
            refuse(fmt::format("run.fidelity = folded: would not be exact here, because {}. Choose --fidelity wavelet.",
                               reason.what()));
        if (auto const obstacle = obstacle_to_one_program(plan); is_token(p) && !obstacle.empty())
            refuse(fmt::format(
                "this token cannot be folded exactly, because {}; nor can every wavelet of it be simulated, "
                "because {}. Choose another --region, or --fidelity closed_form.",
                reason.what(), obstacle));
        auto outcome = every_wavelet(config, step, plan);
        outcome.warnings.push_back(fmt::format("not folded, because {}", reason.what()));
        return outcome;
    }
}

} // namespace scribeline::models
