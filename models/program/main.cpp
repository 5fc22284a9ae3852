// scribeline: what was asked for, what the model needs, where it runs, what came out.
#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"
#include "configs/schema/completion.hpp"
#include "configs/schema/resolve.hpp"
#include "models/machine_list.hpp"
#include "models/program/compare_command.hpp"
#include "models/program/doctor.hpp"
#include "models/program/explain_command.hpp"
#include "models/program/export_command.hpp"
#include "models/program/list_command.hpp"
#include "models/program/published_command.hpp"
#include "models/program/recover_command.hpp"
#include "models/program/run_progress.hpp"
#include "models/program/sweep/command.hpp"
#include "models/token/output_token.hpp"
#include "models/wafer/kernel_watch.hpp"
#include "models/program/yield_command.hpp"
#include "models/wafer/repaired_wafers.hpp"
#include "models/wafer/run_estimate.hpp"
#include "models/wafer/simulate.hpp"
#include "models/wafer/speculation.hpp"
#include "results/files/build_info.hpp"
#include "results/files/earlier_run.hpp"
#include "results/files/interruption.hpp"
#include "results/files/run_file.hpp"
#include "results/files/token_file.hpp"
#include "results/views/token_report.hpp"
#include "results/views/defaults.hpp"
#include "results/views/report.hpp"
#include "results/views/show_file.hpp"
#include "results/views/terminal.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_plan.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <signal.h>
#include <systemc>
#include <unistd.h>

namespace {

using namespace scribeline;
using configs::Exit;

// With -v.
void tell(configs::Config const& config, std::string const& what)
{
    if (config.verbosity > 0)
        std::cerr << "scribeline: " << what << '\n';
}

void print(configs::CommandLine const& line, configs::Config const& config, models::Outcome const& outcome)
{
    auto       text  = std::ostringstream{};
    auto const brief = std::any_of(line.options.begin(), line.options.end(),
                                   [](auto const& option) { return option.first == "brief"; });
    results::print(text, config, outcome, {results::page_width(STDOUT_FILENO), brief});
    bool const color = config.format == configs::OutputFormat::table && results::has_color(line.color, STDOUT_FILENO);
    std::cout << (color ? results::with_bold_headings(text.str()) : text.str());
    if (config.format == configs::OutputFormat::csv && config.verbosity >= 0) // the other formats hold the warnings
        for (auto const& warning : outcome.warnings)
            std::cerr << "scribeline: warning: " << warning << '\n';
}

void show_text(configs::CommandLine const& line, configs::OutputFormat format, std::string const& text)
{
    bool const color = format == configs::OutputFormat::table && results::has_color(line.color, STDOUT_FILENO);
    std::cout << (color ? results::with_bold_headings(text) : text);
}

// Where the engine of the machine has recorded a mesh, all that it recorded is told.
void run_mesh(configs::CommandLine const& line, configs::Config const& config, models::Machine& machine)
{
    auto file = config.output.empty() ? std::nullopt : std::optional{results::RunFile::prepare(config.output)};
    if (file && models::may_take_long(config.parameters))
        file->begin(config);
    auto outcome = [&] {
        auto const                style = config.verbosity < 0           ? results::RunProgress::Style::silent
                                          : ::isatty(STDERR_FILENO) != 0 ? results::RunProgress::Style::terminal
                                                                         : results::RunProgress::Style::lines;
        results::RunProgress      progress{std::cerr, style};
        models::KernelWatch const watch{
            [&](std::uint64_t cycle, double expected) { progress.reached(cycle, expected); }};
        return models::outcome_of(models::output_token(machine, config));
    }();
    if (auto warning = results::checkpoint_warning(config); !warning.empty())
        outcome.warnings.push_back(std::move(warning));
    tell(config, fmt::format("simulated in {:.3g} s, {:.1f} M wavelet-hops/s", outcome.wall_seconds,
                             static_cast<double>(outcome.wavelet_hops) / 1e6 / outcome.wall_seconds));
    outcome.payload.require_within_bound();
    if (file)
        file->write(config, outcome);
    print(line, config, outcome);
}

void run_any(configs::CommandLine const& line, configs::Config const& config, models::Machine& machine)
{
    auto file = config.output.empty() ? std::nullopt : std::optional{results::TokenFile::prepare(config.output)};
    auto run  = results::TokenRun{models::output_token(machine, config), std::nullopt,
                                 config.parameters.workload.prompt};
    if (run.prompt > 0) {
        auto const prompts = machine.step({{}, {}, {{0, run.prompt, run.token.batch}}});
        run.first_token = prompts.latency + (prompts.gives_token ? configs::Seconds{} : run.token.step.latency);
    }
    if (file)
        file->write(config, run);
    auto text = std::ostringstream{};
    results::print(text, config, run);
    show_text(line, config.format, text.str());
}

Exit run(configs::CommandLine const& line)
{
    auto const earlier =
        line.from.empty() ? results::EarlierRun{configs::resolve(line), {}} : results::resolve_earlier(line);
    auto        config = earlier.config;
    for (auto const& contradiction : earlier.contradictions)
        std::cerr << results::fit_to_print(fmt::format("scribeline: warning: {}: {}\n", line.from, contradiction));
    for (auto const& source : config.sources)
        tell(config, fmt::format("configuration from {}", source.name));
    auto const shape    = workloads::read_model(config.parameters.workload.model);
    workloads::settle_widths(config.parameters.workload, shape);
    auto const machine  = models::make_machine(config, workloads::decode_step(shape, config.parameters.workload));
    auto const standing = machine->standing();
    auto const where    = fmt::format("{} on {} {}{}", standing.arrangement, standing.devices, standing.unit,
                                      standing.devices == 1 ? "" : "s");
    if (line.dry_run) {
        std::cout << fmt::format("{} on {}: fits {}; nothing was simulated (--dry-run)\n", shape.name, config.machine,
                                 where);
        if (standing.records_mesh) {
            auto const step = workloads::decode_step(shape, config.parameters.workload);
            auto const plan = workloads::plan_with_prompt(step, config.parameters);
            std::cout << results::dry_run_note(models::may_take_long(config.parameters),
                                               models::estimate_of_wavelets(config.parameters, step, plan));
        }
        return Exit::done;
    }
    tell(config, fmt::format("a token of {} on {}", shape.name, where));
    (standing.records_mesh ? run_mesh : run_any)(line, config, *machine);
    return Exit::done;
}

Exit validate(configs::CommandLine const& line)
{
    auto const config = configs::resolve(line);
    auto const shape  = workloads::read_model(config.parameters.workload.model);
    std::cout << fmt::format("{}: good; {} parameters on machine {}, model {}\n", line.arguments.front(),
                             config.settings.size(), config.machine, shape.name);
    for (auto const& sentence : results::defaults_of(config))
        std::cout << "  " << sentence << '\n';
    return Exit::done;
}

Exit show(configs::CommandLine const& line)
{
    auto const text  = results::show_file(line.arguments.front(), line.format, results::page_width(STDOUT_FILENO));
    bool const color = line.format == configs::OutputFormat::table && results::has_color(line.color, STDOUT_FILENO);
    std::cout << (color ? results::with_bold_headings(text) : text);
    return Exit::done;
}

Exit guarded(std::vector<std::string> const& arguments);

Exit dispatch(configs::CommandLine const& line)
{
    if (line.command.empty() && !line.help) {
        std::cout << configs::examples();
        return Exit::done;
    }
    if (line.help || line.command == "help") {
        auto const topic =
            line.command == "help" ? (line.arguments.empty() ? "" : line.arguments.front()) : line.command;
        std::cout << configs::help(topic);
        return Exit::done;
    }
    if (line.command == "run")
        return run(line);
    if (line.command == "compare")
        return results::compare_command(line, std::cout);
    if (line.command == "validate")
        return validate(line);
    if (line.command == "published")
        return results::published(line, std::cout);
    if (line.command == "sweep")
        return results::sweep_command(
            line, [](std::vector<std::string> const& arguments) { return static_cast<int>(guarded(arguments)); });
    if (line.command == "show")
        return show(line);
    if (line.command == "export")
        return results::export_command(line);
    if (line.command == "recover")
        return results::recover_command(line, std::cout);
    if (line.command == "doctor")
        return results::doctor(line, std::cout);
    if (line.command == "completion") {
        std::cout << configs::completion(line.arguments.front());
        return Exit::done;
    }
    if (line.command == "yield")
        return results::yield_command(line, std::cout);
    if (line.command == "list")
        return results::list_command(line, std::cout);
    if (line.command == "explain")
        return results::explain_command(line, std::cout);
    if (line.command == "version")
        std::cout << results::version_text();
    return Exit::done;
}

Exit guarded(std::vector<std::string> const& arguments)
{
    auto       wish = configs::Color::automatic;
    auto const tell = [&](std::string const& message) {
        std::cerr << results::complaint(message, results::has_color(wish, STDERR_FILENO));
    };
    try {
        auto const line = configs::read_command_line(arguments);
        wish            = line.color;
        auto const exit = dispatch(line);
        if (!std::cout.flush())
            throw configs::UserError{Exit::cannot_write, "stdout: cannot be written to; is the disk full?"};
        return exit;
    } catch (configs::UserError const& error) {
        tell(error.what());
        return error.code();
    } catch (configs::SimulationFault const& fault) {
        tell(fmt::format("the simulation cannot be trusted: {}", fault.what()));
    } catch (std::bad_alloc const&) {
        tell("not enough memory for this run; a smaller region, or a run without --trace, needs less");
        return Exit::try_again;
    } catch (std::exception const& error) {
        tell(fmt::format("internal: {}", error.what()));
    }
    return Exit::internal;
}

} // namespace

int sc_main(int argc, char** argv)
{
    return static_cast<int>(guarded(std::vector<std::string>(argv + std::min(argc, 1), argv + argc)));
}

int main(int argc, char** argv)
{
    ::setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1); // stderr is for what the user must know
    ::signal(SIGXFSZ, SIG_IGN);                     // a file that grows too large is an error of write(2), told as such
    scribeline::results::end_well_when_interrupted();
    return sc_core::sc_elab_and_sim(argc, argv);
}
