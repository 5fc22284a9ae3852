// Machine by machine, context by context.
#include "models/compare/comparison.hpp"

#include "configs/does_not_fit.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "models/cost/token_cost.hpp"
#include "models/machine_list.hpp"
#include "models/token/first_token.hpp"
#include "models/token/output_token.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/settled_widths.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

std::optional<double> ComparisonRow::tokens_per_second_per_user() const
{
    return token ? std::optional{1 / token->value()} : std::nullopt;
}

std::optional<double> ComparisonRow::served_per_user() const
{
    return served ? std::optional{1 / served->value()} : std::nullopt;
}

std::optional<double> ComparisonRow::tokens_per_second() const
{
    return token ? std::optional{static_cast<double>(batch) / token->value()} : std::nullopt;
}

std::optional<std::size_t> Comparison::fastest(std::size_t context) const
{
    auto best = std::optional<std::size_t>{};
    for (std::size_t m = 0; m < machines.size(); ++m) {
        auto const& time = row(m, context).token;
        if (time && (!best || *time < *row(*best, context).token))
            best = m;
    }
    return best;
}

bool Comparison::anything_fits() const
{
    return std::any_of(rows.begin(), rows.end(), [](ComparisonRow const& row) { return row.fits; });
}

namespace {

void add_token(ComparisonRow& row, OutputToken const& token)
{
    row.fits            = true;
    row.token           = token.latency;
    row.bandwidth_share = token.bandwidth_share;
    row.bound_by        = token.where.parts.empty() ? "" : token.bound_by;
    row.fidelity        = token.step.evidence.fidelity;
    row.fidelity_said   = token.step.evidence.said;
    row.evidence        = token.step.evidence;
    row.deviation       = token.step.deviation_of_form();
    row.modules         = token.step.transfers;
    if (token.step.engine > configs::Seconds{})
        row.served = token.latency + token.step.engine;
    for (auto const& part : token.where.parts)
        row.parts.emplace_back(part.name, part.time);
    for (auto const& part : token.spent)
        row.energy_parts.emplace_back(part.cause, part.energy);
    if (!token.spent.empty())
        row.energy = token.energy();
    row.energy_at_most              = token.at_most;
    row.steps_in_flight             = token.step.steps_in_flight;
    row.tokens_per_second_in_flight = token.tokens_per_second_in_flight();
    row.notes.insert(row.notes.end(), token.step.notes.begin(), token.step.notes.end());
    if (token.draft) {
        row.checking_step = token.step.latency;
        row.notes.push_back(fmt::format("{} proposes {} tokens for each step of the model, which yields {:.2f} output "
                                        "tokens: all figures are of an output token",
                                        token.draft->model, token.draft->tokens, token.draft->tokens_per_step));
    }
}

// Prompts of all sequences, one behind another or side by side, and where those give no token the first step.
void add_first_token(ComparisonRow& row, Machine& machine, configs::WorkloadParams const& workload,
                     configs::Seconds step)
{
    try {
        auto const first          = first_token(machine, workload, step);
        row.first_token           = first.time;
        row.first_token_evidence  = first.evidence;
        row.first_token_deviation = first.deviation;
    } catch (configs::UserError const& refusal) {
        row.notes.push_back(fmt::format("no time to first token: {}", refusal.what()));
    }
}

// Of what was asked for, and not of what had come out before something went wrong.
ComparisonRow row_without_figures(ComparisonRow of)
{
    auto row        = ComparisonRow{};
    row.machine     = std::move(of.machine);
    row.kind        = std::move(of.kind);
    row.context     = of.context;
    row.batch       = of.batch;
    row.devices     = of.devices;
    row.arrangement = std::move(of.arrangement);
    return row;
}

ComparisonRow row_of(ComparedMachine const& machine, std::uint32_t context)
{
    auto  config     = machine.config;
    auto& workload   = config.parameters.workload;
    auto  row        = ComparisonRow{};
    workload.context = context;
    row.machine      = machine.name;
    row.kind         = configs::kind_name(config.parameters.machine.kind);
    row.context      = context;
    row.batch        = workload.batch;
    auto const shape = workloads::read_model(workload.model);
    workloads::settle_widths(config, shape);
    auto const step = workloads::decode_step(shape, workload);
    try {
        auto const made     = make_machine(config, step);
        auto const standing = made->standing();
        row.devices         = standing.devices;
        row.arrangement     = standing.arrangement;
        row.memory_share    = standing.memory_share;
        auto const token    = output_token(*made, config);
        add_token(row, token);
        auto const cost = token_cost(token, row.devices, hourly_price(config));
        row.dollars     = cost.dollars;
        if (row.energy)
            row.at_meter = cost.at_meter;
        add_first_token(row, *made, workload, token.step.latency);
    } catch (configs::DoesNotFit const& error) {
        row.reason = error.what();
        if (error.needed() > error.available())
            row.missing = configs::Bytes{error.needed() - error.available()};
        if (error.available() > 0)
            row.memory_share = error.needed() / error.available();
    } catch (configs::UserError const& error) {
        row.reason = error.what();
    } catch (configs::SimulationFault const& fault) { // of this machine: the others have their rows
        row        = row_without_figures(std::move(row));
        row.reason = fmt::format("the simulation cannot be trusted: {}", fault.what());
        row.faulty = true;
    }
    if (!row.fits)
        row.notes.insert(row.notes.end(), step.notes.begin(), step.notes.end());
    return row;
}

} // namespace

Comparison compare(std::vector<ComparedMachine> machines, std::vector<std::uint32_t> contexts,
                   std::function<void(std::string const& machine, std::uint32_t context)> const& next,
                   std::function<void(ComparisonRow const&)> const&                              done)
{
    SCRIBELINE_EXPECT(!machines.empty() && !contexts.empty());
    auto result     = Comparison{};
    result.model    = machines.front().config.parameters.workload.model;
    result.batch    = machines.front().config.parameters.workload.batch;
    result.contexts = std::move(contexts);
    result.machines = std::move(machines);
    for (auto const& machine : result.machines)
        kind_row(machine.config); // before any of them takes its time
    for (auto const& machine : result.machines)
        for (auto const context : result.contexts) {
            if (next)
                next(machine.name, context);
            result.rows.push_back(row_of(machine, context));
            if (done)
                done(result.rows.back());
        }
    return result;
}

} // namespace scribeline::models
