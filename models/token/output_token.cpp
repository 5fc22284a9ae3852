#include "models/token/output_token.hpp"

#include "configs/does_not_fit.hpp"
#include "models/machine_list.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::Joules;
using configs::Seconds;
using workloads::WhereTimeWent;

constexpr char const* draft_meaning = "The draft model proposes tokens, one after another.";
constexpr char const* way_meaning   = "Proposals travel to the model, and what it accepts travels back.";

// The draft model on a machine of the same parameters, planned for itself.
configs::Config draft_config(configs::Config const& config)
{
    auto  draft            = config;
    auto& p                = draft.parameters;
    p.workload.draft_model = "none";
    p.workload.model       = config.parameters.workload.draft_model;
    p.workload.prompt      = 0;
    p.run.trace = p.run.payload = false;
    p.run.fidelity              = configs::Fidelity::automatic;
    auto const& asked           = config.parameters.mapping;
    p.mapping                   = {};
    p.mapping.schedule          = configs::Schedule::pipeline;
    p.mapping.split             = asked.split;
    p.mapping.reduction         = asked.reduction;
    p.mapping.max_wafers        = asked.max_wafers;
    p.gpu.tensor = p.gpu.pipeline = 0;
    return draft;
}

void require_room_beside(Room const& room, Room const& draft, configs::WorkloadParams const& w, std::string const& name)
{
    auto const cached = static_cast<double>(w.batch) * w.context;
    auto const left   = room.tiers.front().kv - room.kv_bytes_per_token * cached;
    auto const needed = draft.tiers.front().weights + draft.kv_bytes_per_token * cached;
    if (left < needed)
        throw configs::DoesNotFit{
            fmt::format(
                "draft model {} does not fit beside {}: it needs {:.1f} GB of the devices' memory, and {:.1f} GB "
                "are left. Choose a smaller draft model, a shorter context, or workload.draft_model = none",
                name, w.model, needed.value() / 1e9, std::max(0.0, left.value()) / 1e9),
            needed.value(), left.value()};
}

void scale(WhereTimeWent& where, double times)
{
    for (auto& part : where.parts)
        part.time = part.time * times;
}

// What does not depend on the work: spent while others work, too.
bool rests(SpentEnergy const& each) { return each.span == Span::always || each.span == Span::around; }

// Of a round: the steps of both models, and of devices that wait for the other model what rests.
std::vector<SpentEnergy> spent_in_round(StepReport const& step, StepReport const& draft, Drafting const& d,
                                        bool shares_devices)
{
    auto spent = std::vector<SpentEnergy>{};
    if (step.spent.empty() || draft.spent.empty())
        return spent;
    auto const add = [&](SpentEnergy const& one, Joules energy) {
        auto const found =
            std::find_if(spent.begin(), spent.end(), [&](SpentEnergy const& each) { return each.cause == one.cause; });
        if (found == spent.end())
            spent.push_back({one.cause, energy, one.span});
        else
            found->energy += energy;
    };
    auto const proposals = static_cast<double>(d.tokens);
    auto const round     = [&](StepReport const& report, double times) {
        for (auto const& each : report.spent) {
            auto const whole = rests(each) && !shares_devices ? ratio(d.round, report.latency) : times;
            add(each, each.energy * whole);
        }
    };
    round(step, 1);
    round(draft, proposals);
    return spent;
}

void per_token(OutputToken& token, StepReport const& draft)
{
    auto const& d     = *token.draft;
    auto const  share = 1 / d.tokens_per_step;
    auto const  of    = draft.latency * static_cast<double>(d.tokens);
    auto const  way   = d.round - of - token.step.latency;
    for (auto* where : {&token.where, &token.fall}) {
        if (where->parts.empty()) // not told apart
            continue;
        where->parts.push_back({"draft", draft_meaning, of});
        where->parts.push_back({"draft_way", way_meaning, way});
        scale(*where, share);
    }
    token.latency = d.round * share;
    token.spent   = spent_in_round(token.step, draft, d, token.standing.shares_devices);
    for (auto& each : token.spent)
        each.energy = each.energy * (share / static_cast<double>(token.batch));
    auto const times = token.standing.shares_devices ? static_cast<double>(d.tokens) : ratio(d.round, draft.latency);
    auto const own   = token.standing.shares_devices ? 1 : ratio(d.round, token.step.latency);
    token.at_most    = (token.step.at_most * own + draft.at_most * times) * (share / static_cast<double>(token.batch));
    if (token.bandwidth_share && draft.bandwidth_share && token.standing.shares_devices)
        token.bandwidth_share =
            ratio(token.step.latency * *token.bandwidth_share + of * *draft.bandwidth_share, d.round);
    else if (token.bandwidth_share)
        token.bandwidth_share = *token.bandwidth_share * ratio(token.step.latency, d.round);
    if (auto const* most = token.where.largest())
        token.bound_by = most->name;
}

void add_draft(OutputToken& token, configs::Config const& config)
{
    auto const& w       = config.parameters.workload;
    auto const  drafted = draft_config(config);
    auto const  machine = make_machine(drafted);
    if (token.standing.shares_devices)
        require_room_beside(token.room, machine->room(), w, w.draft_model);
    auto const draft  = machine->step(step_of(drafted.parameters.workload));
    auto&      d      = token.draft.emplace();
    d.model           = w.draft_model;
    d.tokens          = w.draft_tokens;
    d.acceptance      = w.acceptance.value;
    d.tokens_per_step = expected_tokens(d.acceptance, d.tokens);
    d.standing        = machine->standing();
    d.of_one          = draft.latency;
    d.round           = draft.latency * d.tokens + token.step.latency + token.standing.way * 2;
    if (draft.evidence.fidelity != token.step.evidence.fidelity)
        token.step.notes.push_back(fmt::format("the draft model is timed at fidelity {}, the model at {}",
                                               draft.evidence.fidelity, token.step.evidence.fidelity));
    per_token(token, draft);
}

} // namespace

double expected_tokens(double acceptance, std::uint32_t proposed)
{
    double sum = 1, all = 1;
    for (std::uint32_t i = 0; i < proposed; ++i)
        sum += all *= acceptance;
    return sum;
}

double OutputToken::tokens_per_second_in_flight() const
{
    if (!draft)
        return step.steps_per_second_in_flight() * static_cast<double>(batch);
    auto const rounds = std::min(static_cast<double>(step.steps_in_flight) / draft->round.value(),
                                 1 / std::max(step.interval, draft->of_one * draft->tokens).value());
    return rounds * draft->tokens_per_step * static_cast<double>(batch);
}

Joules OutputToken::energy() const
{
    return std::accumulate(spent.begin(), spent.end(), Joules{},
                           [](Joules sum, SpentEnergy const& part) { return sum + part.energy; });
}

OutputToken output_token(Machine& machine, configs::Config const& config)
{
    auto token            = OutputToken{};
    token.standing        = machine.standing();
    token.room            = machine.room();
    token.batch           = config.parameters.workload.batch;
    token.step            = machine.step(step_of(config.parameters.workload));
    auto const sequences  = static_cast<double>(token.batch);
    token.latency         = token.step.latency;
    token.where           = token.step.where;
    token.fall            = token.step.fall;
    token.bound_by        = token.step.bound_by;
    token.bandwidth_share = token.step.bandwidth_share;
    token.spent           = token.step.spent;
    token.at_most         = token.step.at_most / sequences;
    for (auto& each : token.spent)
        each.energy = each.energy / sequences;
    token.step.books.require_balanced();
    if (workloads::speculates(config.parameters.workload))
        add_draft(token, config);
    return token;
}

} // namespace scribeline::models
