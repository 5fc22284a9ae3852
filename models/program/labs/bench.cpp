#include "models/program/labs/bench.hpp"

#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "models/program/sensitivity/figure.hpp"

#include <fmt/format.h>

namespace scribeline::program {

using configs::Exit;
using configs::UserError;

std::string Setup::command() const
{
    auto text = fmt::format("scribeline run --machine {} --model {} --context {}", machine, model, context);
    for (auto const& [name, value] : settings)
        text += value.find(' ') == std::string::npos ? fmt::format(" --set {}={}", name, value)
                                                     : fmt::format(" --set \"{}={}\"", name, value);
    return text;
}

std::optional<double> Bench::figure_if_it_fits(Setup const& setup, std::string const& metric)
{
    auto const name = setup.command() + " " + metric;
    if (auto const found = known_.find(name); found != known_.end())
        return found->second;
    auto line      = configs::CommandLine{};
    line.command   = "run";
    line.machine   = setup.machine;
    line.overrides = {{"--model", "workload.model", setup.model},
                      {"--context", "workload.context", fmt::format("{}", setup.context)}};
    for (auto const& [parameter, value] : setup.settings)
        line.overrides.push_back({"--set", parameter, value});
    try {
        return known_[name] = figure_of(configs::resolve(line), metric).value;
    } catch (UserError const& error) {
        if (error.code() != Exit::answer_is_no)
            throw;
        return known_[name] = std::nullopt;
    }
}

double Bench::figure(Setup const& setup, std::string const& metric)
{
    auto const value = figure_if_it_fits(setup, metric);
    if (!value)
        throw configs::SimulationFault{fmt::format("a lab asks of what does not fit: {}", setup.command())};
    return *value;
}

} // namespace scribeline::program
