// Machine by machine, context by context.
#include "models/compare/comparison.hpp"

#include "configs/does_not_fit.hpp"
#include "models/compare/rows.hpp"
#include "workloads/decode_step.hpp"

#include <algorithm>

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

char const* explained_fidelity(std::string const& fidelity)
{
    if (fidelity == "wavelet")
        return "every wavelet, every hop, every PE cycle";
    if (fidelity == "folded")
        return "the simulated mesh, one row and one column of each region for all";
    if (fidelity == "closed_form")
        return "the planner's formulas; no mesh was simulated";
    if (fidelity == "kernels")
        return "a model of every kernel and collective; the banks of the HBM are simulated";
    if (fidelity == "modules")
        return "the same kernels on SystemC modules, whose transfers go over TLM-2.0 sockets to HBM and NVLink";
    if (fidelity == "stream")
        return "bytes over bandwidth, arithmetic over its rate, and a fixed time an operator";
    return "";
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

ComparisonRow row_of(ComparedMachine const& machine, std::uint32_t context, std::uint64_t batch)
{
    auto        config = machine.config;
    auto const& p      = config.parameters;

    config.parameters.workload.context = context;

    auto const step  = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
    auto       row   = ComparisonRow{};
    row.machine      = machine.name;
    row.kind         = p.machine.kind;
    row.context      = step.context;
    row.batch        = batch;
    row.notes        = step.notes;
    auto const wafer = row.kind == configs::MachineKind::wafer;
    try {
        if (wafer)
            add_wafer(row, config, step);
        else
            add_accelerator(row, config, step, machine.modules);
    } catch (configs::DoesNotFit const& error) {
        row.reason = error.what();
        if (error.needed() > error.available())
            row.missing = configs::Bytes{error.needed() - error.available()};
        if (error.available() > 0)
            row.memory_share = error.needed() / error.available();
    } catch (configs::UserError const& error) {
        row.reason = error.what();
    }
    return row;
}

} // namespace

Comparison compare(std::vector<ComparedMachine> machines, std::vector<std::uint32_t> contexts, std::uint64_t batch,
                   std::function<void(std::string const& machine, std::uint32_t context)> const& next)
{
    SCRIBELINE_EXPECT(!machines.empty() && !contexts.empty() && batch > 0);
    auto result     = Comparison{};
    result.model    = machines.front().config.parameters.workload.model;
    result.batch    = batch;
    result.contexts = std::move(contexts);
    result.machines = std::move(machines);
    for (auto const& machine : result.machines)
        for (auto const context : result.contexts) {
            if (next)
                next(machine.name, context);
            result.rows.push_back(row_of(machine, context, batch));
        }
    return result;
}

} // namespace scribeline::models
