#include "models/program/sensitivity/figure.hpp"

#include "configs/failure.hpp"
#include "models/compare/comparison.hpp"
#include "models/machine_list.hpp"
#include "models/program/run_answer.hpp"
#include "results/files/compare/columns.hpp"
#include "results/views/metrics.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/settled_widths.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

using configs::Exit;
using configs::UserError;

template <class Metrics> std::optional<Figure> find(Metrics const& metrics, std::string const& name)
{
    for (auto const& metric : metrics)
        if (metric.name == name && std::isfinite(metric.value))
            return Figure{metric.value, metric.units, metric.long_name};
    return std::nullopt;
}

std::optional<Figure> figure_of_run(configs::Config config, std::string const& metric)
{
    auto const shape = workloads::read_model(config.parameters.workload.model);
    workloads::settle_widths(config, shape);
    auto const machine = models::make_machine(config, workloads::decode_step(shape, config.parameters.workload));
    if (!machine->standing().records_mesh)
        return find(results::metrics(token_answer(*machine, config)), metric);
    auto const outcome = mesh_answer(*machine, config);
    outcome.payload.require_within_bound();
    return find(results::metrics(outcome), metric);
}

std::optional<Figure> figure_of_comparison(configs::Config const& config, results::NumberColumn const& column)
{
    auto const  comparison = models::compare({{config.machine, config}}, {config.parameters.workload.context});
    auto const& row        = comparison.rows.front();
    if (!row.fits)
        throw UserError{Exit::answer_is_no, row.reason};
    auto const value = column.of(row);
    return value ? std::optional{Figure{*value, column.units, column.long_name}} : std::nullopt;
}

bool is_part(std::string const& metric) { return metric.rfind("time_", 0) == 0 || metric.rfind("energy_", 0) == 0; }

results::NumberColumn const* find_column(std::string const& metric)
{
    auto const& columns = results::number_columns();
    auto const  found =
        std::find_if(columns.begin(), columns.end(), [&](auto const& column) { return column.name == metric; });
    return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> names_of_run()
{
    auto names = results::metric_names();
    for (auto const* name : {"tokens_per_second_of_batch", "time_per_output_token_served", "devices", "memory_share",
                             "closed_form_time", "device_energy_at_full_power"})
        names.emplace_back(name);
    return names;
}

} // namespace

Figure figure_of(configs::Config config, std::string const& metric)
{
    auto const  names  = names_of_run();
    auto const* column = find_column(metric);
    auto        figure = std::optional<Figure>{};
    if (column == nullptr || std::find(names.begin(), names.end(), metric) != names.end())
        figure = figure_of_run(config, metric);
    if (!figure && column != nullptr)
        figure = figure_of_comparison(config, *column);
    if (!figure)
        throw UserError{Exit::bad_config, fmt::format("--metric {}: {} has no such figure for this question",
                                                      configs::shown(metric), configs::shown(config.machine))};
    return *figure;
}

void require_metric(std::string const& metric)
{
    auto names = names_of_run();
    if (is_part(metric) || find_column(metric) != nullptr ||
        std::find(names.begin(), names.end(), metric) != names.end())
        return;
    for (auto const& column : results::number_columns())
        names.emplace_back(column.name);
    throw UserError{Exit::usage,
                    fmt::format("--metric {}: neither 'run' nor 'compare' has such a figure{}; 'scribeline "
                                "list metrics' shows them",
                                configs::shown(metric), configs::did_you_mean(metric, names))};
}

} // namespace scribeline::program
