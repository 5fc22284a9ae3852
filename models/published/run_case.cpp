#include "models/published/run_case.hpp"

#include "configs/failure.hpp"
#include "fabric/fold.hpp"
#include "fabric/mesh.hpp"
#include "models/published/served_case.hpp"
#include "models/wafer/folded_system.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/collective_forms.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/gemv.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_plan.hpp"
#include "workloads/mapping/reduction_tree.hpp"
#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/steps.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::Parameters;

struct Answer {
    SimulatedCycles       simulated;
    std::optional<double> closed_form; // cycles
};

// Folded where that is exact.
SimulatedCycles layer_cycles(workloads::DecodeStep const& step, std::size_t kind, workloads::LayerLayout const& layout,
                             Parameters const& p)
{
    try {
        workloads::RegionLines const lines{layout, p};
        fabric::Fold                 fold{{layout.columns, layout.rows}, p, {}};
        fold.run(layer_steps(step, kind, workloads::LayerPart::all, layout, &lines, p), lines);
        return {fold.now(), "folded"};
    } catch (fabric::NotFoldable const&) {
        return simulated_cycles(map_decode_layer(step, p).program, p);
    }
}

// A whole token where the planner places it, as cycles of one of its layers: metrics of a token multiply by the layers.
Answer token(workloads::DecodeStep const& step, Parameters const& p)
{
    configs::Config config;
    config.parameters    = p;
    auto const   outcome = fold_token(config, step, plan_token(step, p));
    double const layers  = step.shape.layers;
    return {{static_cast<std::uint64_t>(std::llround(static_cast<double>(outcome.cycles_per_token) / layers)),
             outcome.fidelity},
            outcome.token.closed_form_cycles / layers};
}

Answer decode(MeasuredCase const& m)
{
    auto const& p    = m.parameters;
    auto const  step = workloads::decode_step(m.shape, p.workload);
    if (p.mapping.schedule == configs::Schedule::pipeline)
        return token(step, p);
    auto const kind   = workloads::commonest_kind(step);
    auto const layout = layout_of(step, kind, workloads::region_for(step, kind, p), p);
    require_fit(layout, step, kind, p);
    return {layer_cycles(step, kind, layout, p), layer_form(step, kind, layout, p)};
}

// A prompt as long as the context, by the closed forms.
Answer prefill(MeasuredCase const& m)
{
    auto p            = m.parameters;
    p.workload.prompt = m.prompt();
    auto const step   = workloads::decode_step(m.shape, p.workload);
    auto const plan   = workloads::plan_prefill(step, p, plan_token(step, p));
    bool const whole  = workloads::schedule_of(p) == configs::Schedule::pipeline;
    auto const cycles = whole ? plan.cycles / step.shape.layers : plan.cycles_of_a_layer;
    return {{static_cast<std::uint64_t>(std::llround(cycles)), "closed_form"}, cycles};
}

// Kt (V + Nt / rate) for the local product, and the published form of the all-reduce (WaferLLM, OSDI 2025).
double gemv_form(std::uint32_t n, std::uint32_t side, std::uint32_t groups, Parameters const& p)
{
    std::uint32_t const part     = (n + side - 1) / side;
    auto const          product  = workloads::PeCosts{p}.multiply_accumulate(part, part);
    double const        local    = static_cast<double>(length_of(product));
    double const        wavelets = std::ceil(part * (p.workload.activation_bits / 8.0) / p.fabric.wavelet_size.value());
    return local + workloads::published_all_reduce_form(side, groups, wavelets, workloads::LineTimes::of(p));
}

Answer gemv(MeasuredCase const& m)
{
    auto const&         p      = m.parameters;
    std::uint32_t const side   = p.mapping.region.columns;
    std::uint32_t const groups = p.mapping.groups == 0 ? workloads::default_groups(side) : p.mapping.groups;
    std::uint32_t const part   = (m.matrix + side - 1) / side;
    double const        block  = double{1} * part * part * p.workload.weight_bits / 8;
    if (block > p.pe.sram.value()) // before anything counts its elements in 32 bits
        throw configs::UserError{
            configs::Exit::answer_is_no,
            fmt::format("its block of {:.0f} bytes is more than the {:.0f} of a PE's SRAM", block, p.pe.sram.value())};
    return {simulated_cycles(workloads::map_gemv(m.matrix, side, groups, p).program, p),
            gemv_form(m.matrix, side, groups, p)};
}

Answer line(MeasuredCase const& m)
{
    return {simulated_cycles(line_case_program(m.line_case, m.parameters), m.parameters),
            line_case_form(m.line_case, m.parameters)};
}

Answer answer(MeasuredCase const& m)
{
    switch (m.kind) {
    case CaseKind::gemv:
        return gemv(m);
    case CaseKind::collective:
    case CaseKind::transfer:
        return line(m);
    case CaseKind::prefill:
        return prefill(m);
    default:
        break;
    }
    return decode(m);
}

// In seconds.
void run_gpu_case(CaseOutcome& out)
{
    auto const& m = out.measured;
    if (m.kind == CaseKind::gpu_power) {
        out.fidelity  = "forms";
        out.simulated = gpu_case_power(m).value();
        return;
    }
    auto const time    = gpu_case_time(m);
    auto const in_unit = [&](configs::Seconds of) {
        return m.unit.of == UnitOf::rate ? 1 / of.value() : of.value() / m.unit.seconds;
    };
    out.fidelity    = "modules";
    out.simulated   = in_unit(time.modules);
    out.closed_form = in_unit(time.form);
}

// In seconds, or tokens a second.
void run_served_case(CaseOutcome& out)
{
    auto const& m      = out.measured;
    auto const  figure = served_figure(m);
    out.fidelity       = "serving";
    out.note           = figure.note;
    out.simulated      = m.unit.of == UnitOf::rate ? figure.value : figure.value / m.unit.seconds;
}

void run_wafer_case(CaseOutcome& out)
{
    auto const& m     = out.measured;
    auto const  found = answer(m);
    out.cycles        = found.simulated.cycles;
    out.fidelity      = found.simulated.fidelity;
    out.simulated     = m.in_unit(static_cast<double>(out.cycles));
    if (found.closed_form)
        out.closed_form = m.in_unit(*found.closed_form);
}

// Why such a row cannot be run at all, or nothing.
std::string not_built(MeasuredCase const& m)
{
    if (m.sequences != 1)
        return fmt::format("a batch of {} is not built: one sequence is simulated", m.sequences);
    return {};
}

} // namespace

char const* name_of(Verdict verdict)
{
    constexpr std::array<char const*, verdict_count> names{"within",       "outside", "reported",
                                                           "does not fit", "failed",  "not simulated"};
    return names[static_cast<std::size_t>(verdict)];
}

bool CaseOutcome::counts_against() const
{
    return verdict == Verdict::outside || verdict == Verdict::failed ||
           (verdict == Verdict::does_not_fit && measured.tolerance);
}

SimulatedCycles simulated_cycles(workloads::Program const& program, Parameters const& parameters)
{
    fabric::Mesh mesh{program, parameters};
    auto const   cycles = mesh.run();
    for (auto const& entry : mesh.books())
        if (!entry.balanced())
            throw configs::SimulationFault{fmt::format("the book of {} does not balance: {} = {}, {} = {}", entry.name,
                                                       entry.left, entry.left_value, entry.right, entry.right_value)};
    return {cycles, "wavelet"};
}

CaseOutcome run_case(MeasuredCase const& m)
{
    CaseOutcome out;
    out.measured = m;
    if (out.note = not_built(m); !out.note.empty())
        return out;
    try {
        (is_served(m.kind) ? run_served_case : is_of_gpus(m.kind) ? run_gpu_case : run_wafer_case)(out);
        out.deviation_percent = 100 * (*out.simulated / m.value - 1);
        out.verdict           = !m.tolerance                                       ? Verdict::reported
                                : std::fabs(out.deviation_percent) <= *m.tolerance ? Verdict::within
                                                                                   : Verdict::outside;
    } catch (fabric::NotFoldable const& reason) { // a token on several wafers
        out.note = reason.what();
    } catch (configs::UserError const& error) {
        out.verdict = Verdict::does_not_fit;
        out.note    = error.what();
    } catch (configs::SimulationFault const& fault) {
        out.verdict = Verdict::failed;
        out.note    = fault.what();
    }
    return out;
}

std::vector<CaseOutcome> run_cases(std::vector<MeasuredCase> const&                cases,
                                   std::function<void(MeasuredCase const&)> const& before)
{
    std::vector<CaseOutcome> outcomes;
    for (auto const& each : cases) {
        if (before)
            before(each);
        outcomes.push_back(run_case(each));
    }
    return outcomes;
}

std::vector<CaseStatistics> statistics_of(std::vector<CaseOutcome> const& outcomes)
{
    std::vector<CaseStatistics> list;
    for (auto const& out : outcomes) {
        if (!out.simulated)
            continue;
        auto const& m       = out.measured;
        auto const  is_same = [&](auto const& each) { return each.kind == m.kind && each.metric == m.metric.name; };
        auto        same    = std::find_if(list.begin(), list.end(), is_same);
        if (same == list.end())
            same = list.insert(list.end(), CaseStatistics{m.kind, m.metric.name, 0, 0, 0, ""});
        same->mean_percent += std::fabs(out.deviation_percent);
        if (same->rows++ == 0 || std::fabs(out.deviation_percent) > std::fabs(same->worst_percent)) {
            same->worst_percent = out.deviation_percent;
            same->worst_id      = m.id;
        }
    }
    for (auto& each : list)
        each.mean_percent /= static_cast<double>(each.rows);
    return list;
}

} // namespace scribeline::models
