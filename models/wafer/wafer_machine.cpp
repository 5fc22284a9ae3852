#include "models/wafer/wafer_machine.hpp"

#include "configs/does_not_fit.hpp"
#include "configs/units/whole.hpp"
#include "models/wafer/outcome.hpp"
#include "models/wafer/repaired_wafers.hpp"
#include "models/wafer/simulate.hpp"
#include "models/wafer/waterfall.hpp"
#include "workloads/mapping/plan_under.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using workloads::TimePart;

// What sequences that decode or check are for a mesh: so many at a context, each with so many vectors.
using MeshWork = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>; // context, sequences, vectors of one

MeshWork mesh_work(StepWork const& work)
{
    auto sequences = std::uint64_t{0}, vectors = sequences, attended = sequences;
    for (auto const& group : work.decode) {
        sequences += group.count;
        vectors += group.count;
        attended += group.count * group.context;
    }
    for (auto const& group : work.verify) {
        sequences += group.count;
        vectors += group.count * group.tokens;
        attended += group.count * group.context;
    }
    auto const mean = [&](std::uint64_t of) {
        return static_cast<std::uint32_t>(sequences > 0 ? configs::ceil_divide(of, sequences) : 0);
    };
    return {mean(attended), static_cast<std::uint32_t>(sequences), mean(vectors)};
}

char const* said_of(std::string const& fidelity)
{
    return fidelity == "wavelet" ? "every wavelet, every hop, every PE cycle"
           : fidelity == "folded"
               ? "the simulated mesh, one row and one column of each region for all, inside SystemC modules of "
                 "wafers with sockets for hosts and links"
               : "the planner's formulas; no mesh was simulated";
}

void add_time(StepReport& report, Outcome const& o)
{
    auto const times = times_of_parts(o);
    for (std::size_t i = 0; i < part_count && !o.operators.empty(); ++i)
        report.where.parts.push_back({name_of(static_cast<Part>(i)), meaning_of(static_cast<Part>(i)),
                                      Seconds{static_cast<double>(o.parts[i]) * times / o.clock_hz}});
    for (auto const& bar : o.waterfall)
        report.fall.parts.push_back({bar.name, bar.meaning, bar.time});
    report.latency         = o.time_per_output_token;
    report.interval        = report.latency;
    report.steps_in_flight = o.token.requests;
    if (o.token.bottleneck_cycles > 0)
        report.interval = Seconds{static_cast<double>(o.token.bottleneck_cycles) / o.clock_hz};
    report.bound_by = o.bound_by;
}

void add_bytes(StepReport& report, Outcome const& o)
{
    auto const times   = times_of_parts(o);
    auto       weights = 0.0, kv = weights, vectors = weights, off_wafer = weights;
    for (auto const& op : o.operators) {
        weights += op.bytes_weights * times;
        kv += op.bytes_kv * times;
        vectors += op.bytes_activations * times;
        off_wafer += static_cast<double>(op.work.off_wafer) * times;
    }
    report.moved = {{"weights", "sram", Bytes{weights}, Bytes{}},
                    {"kv", "sram", Bytes{kv}, Bytes{}},
                    {"vectors", "sram", Bytes{vectors}, Bytes{}},
                    {"vectors", "wafer_link", Bytes{off_wafer}, Bytes{}}};
}

StepReport report_of(Outcome&& outcome)
{
    auto        report = StepReport{};
    auto const& o      = outcome;
    add_time(report, o);
    add_bytes(report, o);
    for (std::size_t i = 0; i < energy_part_count; ++i) {
        auto const part = static_cast<EnergyPart>(i);
        auto const span = part == EnergyPart::idle     ? Span::always
                          : part == EnergyPart::system ? Span::around
                                                       : Span::work;
        report.spent.push_back({name_of(part), configs::Joules{joules(o.energy.token[i]) * o.batch}, span});
    }
    report.at_most = configs::Joules{o.energy.published.chip * report.latency.value()};
    if (!o.waterfall.empty()) // its first bar is what reading at the peak of all SRAM would take
        report.bandwidth_share = ratio(o.waterfall.front().time, report.latency);
    report.books                  = o.books;
    report.evidence.fidelity      = o.fidelity;
    report.evidence.modules       = o.modules.modules;
    report.evidence.transactions  = o.modules.transactions;
    report.evidence.kernel_events = o.modules.kernel_events;
    report.evidence.said          = said_of(o.fidelity);
    if (o.token.closed_form_cycles > 0)
        report.evidence.form = Seconds{o.token.closed_form_cycles / o.clock_hz};
    report.notes = o.warnings;
    report.mesh  = std::make_shared<Outcome const>(std::move(outcome));
    return report;
}

class WaferMachine final : public Machine {
  public:
    WaferMachine(configs::Config const& config, workloads::DecodeStep const& step)
        : config_{config}, step_{step}, plan_{workloads::plan_with_prompt(step, config.parameters)},
          planned_{mesh_work(step_of(config.parameters.workload))}
    {
        if (config.parameters.workload.prompt > 0) // refuses before anything takes long
            workloads::plan_prefill(step, config.parameters, plan_);
        if (config.parameters.run.defects != "none")
            repaired_wafers(config.parameters, plan_.wafers);
    }

    Standing standing() const override
    {
        auto fullest = 0.0;
        for (auto const& stage : plan_.stages)
            fullest = std::max(fullest, stage.bytes_per_pe);
        auto result        = Standing{};
        result.kind        = "wafer";
        result.unit        = "wafer";
        result.devices     = plan_.wafers;
        result.arrangement = fmt::format("{} stage{} of {}x{} PEs", plan_.stages.size(),
                                         plan_.stages.size() == 1 ? "" : "s", plan_.region.columns, plan_.region.rows);
        if (workloads::schedule_of(config_.parameters) == configs::Schedule::layer)
            result.arrangement = fmt::format("{}x{} PEs", plan_.region.columns, plan_.region.rows);
        result.shares_devices = false;
        result.records_mesh   = true;
        result.way            = config_.parameters.wafer.link_latency;
        if (fullest > 0)
            result.memory_share = fullest / config_.parameters.pe.sram.value();
        return result;
    }

    Room room() const override
    {
        auto const& p      = config_.parameters;
        auto const  pes    = double{1} * p.wafer.columns * p.wafer.rows * plan_.wafers;
        auto const  kv     = step_.shape.kv_bytes_per_token(step_.kv_bits);
        auto const  totals = totals_of(step_);
        auto        room   = Room{};
        auto        fewest = std::uint64_t{0};
        for (auto const& stage : plan_.stages)
            if (stage.requests > 0 && (fewest == 0 || stage.requests < fewest))
                fewest = stage.requests;
        room.sequences          = fewest * p.workload.batch;
        room.kv_bytes_per_token = Bytes{kv};
        room.tiers.push_back({"sram", p.pe.sram * pes, Bytes{totals.bytes_held}, p.pe.sram_runtime * pes,
                              Bytes{static_cast<double>(*room.sequences) *
                                    (kv * step_.context + step_.shape.state_bytes(step_.activation_bits))},
                              std::max<std::uint64_t>(*room.sequences * step_.context, plan_.growth.balanced)});
        return room;
    }

    StepReport step(StepWork const& work) override
    {
        auto const mesh   = mesh_work(work);
        auto       report = StepReport{};
        if (std::get<1>(mesh) > 0)
            report = decoded(mesh);
        for (auto const& group : work.prefill)
            if (group.tokens > 0 && group.count > 0)
                add_prompts(report, group);
        return report;
    }

  private:
    StepReport const& decoded(MeshWork const& work)
    {
        auto& known = known_[work];
        if (known)
            return *known;
        auto  config = config_;
        auto& w      = config.parameters.workload;
        if (work == planned_)
            return known.emplace(report_of(simulate(config, step_, plan_)));
        w.prompt                                  = 0;
        w.draft_model                             = std::get<2>(work) > 1 ? "proposals" : "none";
        w.draft_tokens                            = std::get<2>(work) - 1;
        std::tie(w.context, w.batch, std::ignore) = work;
        auto const step                           = workloads::decode_step(step_.shape, w);
        return known.emplace(report_of(simulate(config, step, plan_under(plan_, step, config.parameters))));
    }

    // Of one prompt of so many tokens, in an empty cache: until its last token, and until the next may begin.
    std::pair<Seconds, Seconds> prompt(std::uint64_t tokens)
    {
        if (tokens == 0)
            return {};
        auto& known = prompts_[tokens];
        if (!known) {
            auto p             = config_.parameters;
            p.workload.context = static_cast<std::uint32_t>(std::max<std::uint64_t>(tokens, p.workload.context));
            p.workload.prompt  = static_cast<std::uint32_t>(tokens);
            auto const step    = workloads::decode_step(step_.shape, p.workload);
            auto const plan    = plan_prefill(step, p, plan_);
            auto const next    = plan.busiest_stage > 0 ? plan.busiest_stage : plan.cycles;
            auto const clock   = p.wafer.clock;
            known.emplace(Seconds{plan.cycles / clock.value()}, Seconds{next / clock.value()});
        }
        return *known;
    }

    // Behind tokens that are in the cache already a prompt takes what it takes alone, and for the attention to those
    // what a prompt of both takes more than one of each.
    void add_prompts(StepReport& report, PrefillGroup const& group)
    {
        auto const alone = prompt(group.tokens);
        auto       time  = alone.first;
        auto       next  = alone.second;
        if (group.before > 0) {
            auto const both   = prompt(group.before + group.tokens);
            auto const before = prompt(group.before);
            time              = std::max(time, both.first - before.first);
            next              = std::max(next, both.second - before.second);
        }
        auto const all = time + next * (static_cast<double>(group.count) - 1);
        report.where.parts.push_back({"prompt", "Prompts pass the regions in chunks, by closed forms.", all});
        report.fall.parts.push_back(report.where.parts.back());
        report.latency += all;
        report.interval += next * static_cast<double>(group.count);
        report.spent.clear(); // of a prompt it is not known
        if (report.evidence.fidelity.empty()) {
            report.evidence.fidelity = "closed_form";
            report.evidence.said     = said_of("closed_form");
            report.bound_by          = "unknown";
        }
        report.gives_token = false; // of a prompt: the step behind it does
        report.notes.push_back("prompts are timed by closed forms; their energy is not known");
    }

    configs::Config       config_;
    workloads::DecodeStep step_;
    workloads::TokenPlan  plan_;
    MeshWork              planned_;

    std::map<MeshWork, std::optional<StepReport>>                       known_;
    std::map<std::uint64_t, std::optional<std::pair<Seconds, Seconds>>> prompts_;
};

// The largest batch, below the one asked for, that the wafers have room for; 0: not one sequence.
std::uint32_t largest_batch(workloads::DecodeStep const& step, configs::Parameters p)
{
    auto const fits = [&](std::uint32_t batch) {
        p.workload.batch = batch;
        try {
            workloads::plan_token(step, p);
        } catch (configs::UserError const&) {
            return false;
        }
        return true;
    };
    auto too_many = p.workload.batch, enough = 0U;
    while (enough + 1 < too_many) {
        auto const between                  = enough == 0 ? 1 : enough + (too_many - enough) / 2;
        (fits(between) ? enough : too_many) = between;
    }
    return enough;
}

} // namespace

std::unique_ptr<Machine> make_wafer_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    auto const& p = config.parameters;
    try {
        return std::make_unique<WaferMachine>(config, step);
    } catch (configs::UserError const& refusal) {
        auto const held =
            p.workload.batch > 1 && refusal.code() == configs::Exit::answer_is_no ? largest_batch(step, p) : 0;
        if (held == 0)
            throw;
        auto const* figures = dynamic_cast<configs::DoesNotFit const*>(&refusal);
        throw configs::DoesNotFit{
            fmt::format("{} does not fit: beside the weights there is room for {} sequence{} of {} tokens that decode "
                        "together, and the batch has {}. More wafers hold more",
                        step.shape.name, held, held == 1 ? "" : "s", step.context, p.workload.batch),
            figures == nullptr ? 0 : figures->needed(), figures == nullptr ? 0 : figures->available()};
    }
}

} // namespace scribeline::models
