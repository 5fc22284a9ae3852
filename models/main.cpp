// scribeline: what was asked for, what the model needs, where it runs, what came out.
#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"
#include "configs/schema/reference.hpp"
#include "configs/schema/resolve.hpp"
#include "models/wafer_system.hpp"
#include "results/build_info.hpp"
#include "results/report.hpp"
#include "results/run_file.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"

#include <cstdlib>
#include <iostream>
#include <optional>

#include <fmt/format.h>
#include <systemc>

namespace {

using namespace scribeline;
using configs::Exit;

Exit run(configs::CommandLine const& line)
{
    auto const config   = line.from.empty() ? configs::resolve(line)
                                            : configs::resolve(line, results::read_config_toml(line.from), line.from);
    auto const shape    = workloads::read_model(config.parameters.workload.model);
    auto const step     = workloads::decode_step(shape, config.parameters.workload);
    auto const schedule = workloads::map_decode_layer(step, config.parameters);
    if (line.dry_run) {
        std::cout << fmt::format("{} on {}: fits {}x{} PEs; nothing was simulated (--dry-run)\n", shape.name,
                                 config.machine, schedule.layout.columns, schedule.layout.rows);
        return Exit::done;
    }
    auto       file    = config.output.empty() ? std::nullopt : std::optional{results::RunFile::prepare(config.output)};
    auto const outcome = models::run_on_wafer(config, schedule);
    outcome.books.require_balanced();
    if (file)
        file->write(config, outcome);
    results::print(std::cout, config, outcome);
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
    std::cout << fmt::format("{}: good; {} parameters, machine {}\n", line.arguments.front(), config.settings.size(),
                             config.machine);
    return Exit::done;
}

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
    if (line.command == "validate")
        return validate(line);
    if (line.command == "list")
        return list(line.arguments.front());
    if (line.command == "explain")
        std::cout << configs::explain(line.arguments.front());
    else if (line.command == "version")
        std::cout << results::version_text();
    return Exit::done;
}

Exit guarded(int argc, char** argv)
{
    try {
        auto const exit = dispatch(configs::read_command_line(argc, argv));
        if (!std::cout.flush())
            throw configs::UserError{Exit::cannot_write, "stdout: cannot be written to; is the disk full?"};
        return exit;
    } catch (configs::UserError const& error) {
        std::cerr << "scribeline: error: " << error.what() << '\n';
        return error.code();
    } catch (configs::SimulationFault const& fault) {
        std::cerr << "scribeline: the simulation cannot be trusted: " << fault.what() << '\n';
    } catch (std::exception const& error) {
        std::cerr << "scribeline: internal error: " << error.what() << '\n';
    }
    return Exit::internal;
}

} // namespace

int sc_main(int argc, char** argv) { return static_cast<int>(guarded(argc, argv)); }

int main(int argc, char** argv)
{
    ::setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1); // stderr is for what the user must know
    return sc_core::sc_elab_and_sim(argc, argv);
}
