// scribeline: what was asked for, what the model needs, where it runs, what came out.
#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"
#include "configs/schema/completion.hpp"
#include "configs/schema/reference.hpp"
#include "configs/schema/resolve.hpp"
#include "models/program/compare_command.hpp"
#include "models/program/doctor.hpp"
#include "models/program/export_command.hpp"
#include "models/program/recover_command.hpp"
#include "models/program/sweep/command.hpp"
#include "models/wafer/repaired_wafers.hpp"
#include "models/wafer/simulate.hpp"
#include "results/files/build_info.hpp"
#include "results/files/earlier_run.hpp"
#include "results/files/interruption.hpp"
#include "results/files/run_file.hpp"
#include "results/views/explain_file.hpp"
#include "results/views/published_report.hpp"
#include "results/views/report.hpp"
#include "results/views/show_file.hpp"
#include "results/views/terminal.hpp"
#include "results/views/yield_report.hpp"
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
    auto text = std::ostringstream{};
    results::print(text, config, outcome);
    bool const color = config.format == configs::OutputFormat::table && results::has_color(line.color, STDOUT_FILENO);
    std::cout << (color ? results::with_bold_headings(text.str()) : text.str());
    if (config.format == configs::OutputFormat::csv && config.verbosity >= 0) // the other formats hold the warnings
        for (auto const& warning : outcome.warnings)
            std::cerr << "scribeline: warning: " << warning << '\n';
}

Exit run(configs::CommandLine const& line)
{
    auto const earlier =
        line.from.empty() ? results::EarlierRun{configs::resolve(line), {}} : results::resolve_earlier(line);
    auto const& config = earlier.config;
    for (auto const& contradiction : earlier.contradictions)
        std::cerr << results::fit_to_print(fmt::format("scribeline: warning: {}: {}\n", line.from, contradiction));
    for (auto const& source : config.sources)
        tell(config, fmt::format("configuration from {}", source.name));
    if (config.parameters.machine.kind != configs::MachineKind::wafer)
        throw configs::UserError{Exit::bad_config,
                                 fmt::format("machine {}: is no wafer (machine.kind), and 'run' simulates wafers. "
                                             "Choose one such as wse3, or 'scribeline compare --machines {}'",
                                             configs::shown(config.machine), configs::printable(config.machine))};
    auto const shape = workloads::read_model(config.parameters.workload.model);
    auto const step  = workloads::decode_step(shape, config.parameters.workload);
    auto const plan  = workloads::plan_with_prompt(step, config.parameters);
    bool const token = workloads::schedule_of(config.parameters) == configs::Schedule::pipeline;
    auto const where =
        token ? fmt::format("{} stages of {}x{} PEs on {} wafer{}", plan.stages.size(), plan.region.columns,
                            plan.region.rows, plan.wafers, plan.wafers == 1 ? "" : "s")
              : fmt::format("{}x{} PEs", plan.region.columns, plan.region.rows);
    if (line.dry_run) {
        if (config.parameters.workload.prompt > 0)
            workloads::plan_prefill(step, config.parameters, plan);
        models::repaired_wafers(config.parameters, plan.wafers); // refuses what cannot be repaired
        std::cout << fmt::format("{} on {}: fits {}; nothing was simulated (--dry-run)\n", shape.name, config.machine,
                                 where);
        return Exit::done;
    }
    tell(config, fmt::format("{} of {} on {}", token ? "a token" : "one layer", shape.name, where));
    auto file = config.output.empty() ? std::nullopt : std::optional{results::RunFile::prepare(config.output)};
    if (file && models::may_take_long(config.parameters))
        file->begin(config);
    auto const outcome = models::simulate(config, step, plan);
    tell(config, fmt::format("simulated in {:.3g} s, {:.1f} M wavelet-hops/s", outcome.wall_seconds,
                             static_cast<double>(outcome.wavelet_hops) / 1e6 / outcome.wall_seconds));
    outcome.books.require_balanced();
    outcome.payload.require_within_bound();
    if (file)
        file->write(config, outcome);
    print(line, config, outcome);
    return Exit::done;
}

Exit list(std::string const& what)
{
    if (what == "machines") {
        std::cout << configs::list_machines();
    } else if (what == "parameters") {
        std::cout << configs::list_parameters();
    } else {
        for (auto const& name : workloads::shipped_models()) {
            auto const shape = workloads::read_model(name);
            std::cout << fmt::format("{:<18} {:>7.2f} B parameters, {:>3} layers, {:>6.1f} KiB of KV cache per token\n",
                                     name, static_cast<double>(shape.parameters()) / 1e9, shape.layers,
                                     shape.kv_bytes_per_token(16) / 1024);
        }
    }
    return Exit::done;
}

Exit validate(configs::CommandLine const& line)
{
    auto const config = configs::resolve(line);
    auto const shape  = workloads::read_model(config.parameters.workload.model);
    std::cout << fmt::format("{}: good; {} parameters on machine {}, model {}\n", line.arguments.front(),
                             config.settings.size(), config.machine, shape.name);
    return Exit::done;
}

Exit show(configs::CommandLine const& line)
{
    auto const text  = results::show_file(line.arguments.front(), line.format);
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
        return list(line.arguments.front());
    if (line.command == "explain")
        std::cout << (results::names_a_file(line.arguments.front()) ? results::explain_file(line.arguments.front())
                                                                    : configs::explain(line.arguments.front()));
    else if (line.command == "version")
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
