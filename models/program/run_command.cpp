// `scribeline run`: one machine, asked for the token of one configuration.
#include "models/program/run_command.hpp"

#include "configs/schema/resolve.hpp"
#include "models/machine_list.hpp"
#include "models/program/run_answer.hpp"
#include "models/program/run_progress.hpp"
#include "models/wafer/kernel_watch.hpp"
#include "models/wafer/run_estimate.hpp"
#include "models/wafer/simulate.hpp"
#include "results/files/earlier_run.hpp"
#include "results/files/run_file.hpp"
#include "results/files/token_file.hpp"
#include "results/views/defaults.hpp"
#include "results/views/report.hpp"
#include "results/views/terminal.hpp"
#include "results/views/token_report.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_plan.hpp"
#include "workloads/settled_widths.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::program {

namespace {

using configs::Exit;

// With -v.
void tell(configs::Config const& config, std::string const& what)
{
    if (config.verbosity > 0)
        std::cerr << "scribeline: " << what << '\n';
}

void show_text(configs::CommandLine const& line, configs::OutputFormat format, std::string const& text,
               std::ostream& out)
{
    bool const color = format == configs::OutputFormat::table && results::has_color(line.color, STDOUT_FILENO);
    out << (color ? results::with_bold_headings(text) : text);
}

void print(configs::CommandLine const& line, configs::Config const& config, models::Outcome const& outcome,
           std::ostream& out)
{
    auto       text  = std::ostringstream{};
    auto const brief = std::any_of(line.options.begin(), line.options.end(),
                                   [](auto const& option) { return option.first == "brief"; });
    results::print(text, config, outcome, {results::page_width(STDOUT_FILENO), brief});
    show_text(line, config.format, text.str(), out);
    if (config.format == configs::OutputFormat::csv && config.verbosity >= 0) // the other formats hold the warnings
        for (auto const& warning : outcome.warnings)
            std::cerr << "scribeline: warning: " << warning << '\n';
}

// Where the engine of the machine has recorded a mesh, all that it recorded is told.
void run_mesh(configs::CommandLine const& line, configs::Config const& config, models::Machine& machine,
              std::ostream& out)
{
    auto file = config.output.empty() ? std::nullopt : std::optional{results::RunFile::prepare(config.output)};
    if (file && models::may_take_long(config.parameters))
        file->begin(config);
    auto outcome = [&] {
        auto const                style = config.verbosity < 0           ? RunProgress::Style::silent
                                          : ::isatty(STDERR_FILENO) != 0 ? RunProgress::Style::terminal
                                                                         : RunProgress::Style::lines;
        RunProgress               progress{std::cerr, style};
        models::KernelWatch const watch{
            [&](std::uint64_t cycle, double expected) { progress.reached(cycle, expected); }};
        return mesh_answer(machine, config);
    }();
    if (auto warning = results::checkpoint_warning(config); !warning.empty())
        outcome.warnings.push_back(std::move(warning));
    tell(config, fmt::format("simulated in {:.3g} s, {:.1f} M wavelet-hops/s", outcome.wall_seconds,
                             static_cast<double>(outcome.wavelet_hops) / 1e6 / outcome.wall_seconds));
    outcome.payload.require_within_bound();
    if (file)
        file->write(config, outcome);
    print(line, config, outcome, out);
}

void run_any(configs::CommandLine const& line, configs::Config const& config, models::Machine& machine,
             std::ostream& out)
{
    auto       file = config.output.empty() ? std::nullopt : std::optional{results::TokenFile::prepare(config.output)};
    auto const run  = token_answer(machine, config);
    if (file)
        file->write(config, run);
    auto text = std::ostringstream{};
    results::print(text, config, run);
    show_text(line, config.format, text.str(), out);
}

} // namespace

Exit run_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const earlier =
        line.from.empty() ? results::EarlierRun{configs::resolve(line), {}} : results::resolve_earlier(line);
    auto config = earlier.config;
    for (auto const& contradiction : earlier.contradictions)
        std::cerr << results::fit_to_print(fmt::format("scribeline: warning: {}: {}\n", line.from, contradiction));
    for (auto const& source : config.sources)
        tell(config, fmt::format("configuration from {}", source.name));
    auto const shape = workloads::read_model(config.parameters.workload.model);
    workloads::settle_widths(config, shape);
    auto const machine  = models::make_machine(config, workloads::decode_step(shape, config.parameters.workload));
    auto const standing = machine->standing();
    auto const where    = fmt::format("{} on {} {}{}", standing.arrangement, standing.devices, standing.unit,
                                   standing.devices == 1 ? "" : "s");
    if (line.dry_run) {
        out << fmt::format("{} on {}: fits {}; nothing was simulated (--dry-run)\n", shape.name, config.machine, where);
        if (standing.records_mesh) {
            auto const step = workloads::decode_step(shape, config.parameters.workload);
            auto const plan = workloads::plan_with_prompt(step, config.parameters);
            out << dry_run_note(models::may_take_long(config.parameters),
                                models::estimate_of_wavelets(config.parameters, step, plan));
        }
        return Exit::done;
    }
    tell(config, fmt::format("a token of {} on {}", shape.name, where));
    (standing.records_mesh ? run_mesh : run_any)(line, config, *machine, out);
    return Exit::done;
}

} // namespace scribeline::program
