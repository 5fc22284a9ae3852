// Tables of what is shipped: the first column is what one types.
#include "models/program/list_command.hpp"

#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/reference.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/share.hpp"
#include "configs/sweep/sweep_file.hpp"
#include "results/document/document.hpp"
#include "results/views/metrics.hpp"
#include "results/views/report_energy.hpp"
#include "results/views/report_text.hpp"
#include "results/views/terminal.hpp"
#include "workloads/model_shape.hpp"

#include <algorithm>
#include <limits>
#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::results {

namespace {

using configs::Exit;

std::string scaled(double value, char const* unit)
{
    auto const scale = value >= 1e15   ? std::pair{1e15, "P"}
                       : value >= 1e12 ? std::pair{1e12, "T"}
                                       : std::pair{1e9, "G"};
    return fmt::format("{:.3g} {}{}", value / scale.first, scale.second, unit);
}

// Of everything that carries the name: all GPUs of a rack, all chips.
struct MachineFacts {
    std::string kind, devices, memory_kind;
    double      memory = 0, bandwidth = 0; // bytes, bytes a second that can be read
    double      power = 0;                 // W
};

MachineFacts facts_of(configs::Config const& config)
{
    auto const& p     = config.parameters;
    auto        facts = MachineFacts{};
    for (auto const& setting : config.settings)
        if (setting.group == "machine" && setting.key == "kind")
            facts.kind = setting.text;
    auto const take = [&](char const* memory_kind, std::uint32_t devices, double memory, double bandwidth,
                          double power) {
        facts.memory_kind = memory_kind;
        facts.devices     = grouped(devices);
        facts.memory      = memory * devices;
        facts.bandwidth   = bandwidth * devices;
        facts.power       = power * devices;
    };
    auto const& kind = p.machine.kind;
    if (configs::applies("wafer", kind)) {
        auto const pes = static_cast<double>(p.wafer.columns) * p.wafer.rows;
        take("SRAM", 1, pes * p.pe.sram.value(), pes * p.pe.sram_read_bytes * p.wafer.clock.value(),
             p.energy.system_power.value());
    } else if (configs::applies("gpu", kind)) {
        take("HBM", p.gpu.devices, p.gpu.memory.value(), p.gpu.memory_bandwidth.value(), p.gpu.power.value());
    } else if (configs::applies("sram", kind)) {
        take("SRAM", p.sram.chips, p.sram.memory.value(), p.sram.bandwidth.value(), p.sram.power.value());
    } else if (configs::applies("plain", kind)) {
        take("DRAM", p.plain.devices, p.plain.memory.value(), p.plain.bandwidth.value(), p.plain.power.value());
    }
    return facts;
}

configs::Config config_of(std::string const& machine)
{
    auto line    = configs::CommandLine{};
    line.machine = machine;
    return configs::resolve(line);
}

Table machines()
{
    auto table = Table{"machines",
                       {{"machine", "1", true},
                        {"kind", "1", true},
                        {"devices"},
                        {"memory", "byte"},
                        {"of", "1", true},
                        {"bandwidth", "byte/s"},
                        {"power", "W"},
                        {"what it is", "1", true}},
                       {}};
    for (auto const& machine : configs::shipped_machines()) {
        auto const facts = facts_of(config_of(machine));
        table.rows.push_back(
            {word(machine), word(facts.kind), word(facts.devices), quantity(facts.memory, scaled(facts.memory, "B")),
             word(facts.memory_kind), quantity(facts.bandwidth, scaled(facts.bandwidth, "B/s")),
             quantity(facts.power, power_text(facts.power)), word(configs::machine_description(machine))});
    }
    return table;
}

std::string kind_of(workloads::ModelShape const& shape)
{
    for (auto const& kind : shape.layer_kinds())
        if (kind.experts > 0)
            return fmt::format("MoE {} of {}", kind.active, kind.experts);
    return "dense";
}

Table models()
{
    auto table = Table{"models",
                       {{"model", "1", true},
                        {"kind", "1", true},
                        {"parameters"},
                        {"active"},
                        {"native", "bits"},
                        {"weights", "byte"},
                        {"layers"},
                        {"KV cache", "KiB/token"},
                        {"context", "token"},
                        {"licence of the file's source", "1", true}},
                       {}};
    for (auto const& name : workloads::shipped_models()) {
        auto const shape  = workloads::read_model(name);
        auto const in_all = static_cast<double>(shape.parameters());
        auto const active = static_cast<double>(shape.active_parameters());
        auto const cache  = shape.kv_bytes_per_token(16) / 1024;
        table.rows.push_back({word(name), word(kind_of(shape)), quantity(in_all, fmt::format("{:.2f} B", in_all / 1e9)),
                              quantity(active, fmt::format("{:.2f} B", active / 1e9)),
                              quantity(shape.checkpoint.bits),
                              quantity(shape.checkpoint_bytes(), scaled(shape.checkpoint_bytes(), "B")),
                              quantity(shape.layers), quantity(cache, fmt::format("{:.1f}", cache)),
                              shape.max_context > 0 ? quantity(shape.max_context) : unknown(),
                              word(shape.source_licence.empty() ? "not stated" : shape.source_licence)});
    }
    return table;
}

Table metrics_table()
{
    auto table = Table{"metrics", {{"metric", "1", true}, {"units", "1", true}, {"meaning", "1", true}}, {}};
    for (auto const& metric : all_metrics({}))
        table.rows.push_back({word(metric.name), word(metric.units), word(metric.long_name)});
    return table;
}

Table sweeps()
{
    auto table = Table{"sweeps", {{"sweep", "1", true}, {"command", "1", true}, {"question", "1", true}}, {}};
    for (auto const& name : configs::shared_names("configs/sweeps", ".toml")) {
        auto const file = configs::read_sweep_file(name);
        table.rows.push_back({word(name), word(configs::name_of(file.command)), word(file.description)});
    }
    return table;
}

} // namespace

Exit list_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const& what = line.arguments.front();
    if (what == "parameters") {
        out << configs::list_parameters(line.arguments.size() > 1 ? line.arguments[1] : "");
        return Exit::done;
    }
    auto const table = what == "machines"  ? machines()
                       : what == "models"  ? models()
                       : what == "metrics" ? metrics_table()
                                           : sweeps();
    out << as_text(Document{"", {{"", {table}}}}, page_width(STDOUT_FILENO));
    return Exit::done;
}

std::string explained_name(std::string const& name)
{
    auto const is_in = [&](std::vector<std::string> const& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (is_in(configs::shipped_machines())) {
        auto const facts = facts_of(config_of(name));
        return fmt::format("{}: a machine of kind {}. {}. {} of {}, read at {}; {}. 'scribeline run --machine {}' or "
                           "'scribeline compare --machines {},..' simulates it.\n",
                           name, facts.kind, configs::machine_description(name), scaled(facts.memory, "B"),
                           facts.memory_kind, scaled(facts.bandwidth, "B/s"), power_text(facts.power), name, name);
    }
    if (is_in(workloads::shipped_models())) {
        auto const shape = workloads::read_model(name);
        return fmt::format(
            "{}: a model ({}), {}, {:.2f} B parameters, {:.2f} B of them for one token, {} layers, {:.1f} "
            "KiB of KV cache a token; published with weights of {} bits ({}), {} in all. --model {} takes it.\n",
            name, shape.architecture, kind_of(shape), static_cast<double>(shape.parameters()) / 1e9,
            static_cast<double>(shape.active_parameters()) / 1e9, shape.layers, shape.kv_bytes_per_token(16) / 1024,
            shape.checkpoint.bits, shape.checkpoint.method, scaled(shape.checkpoint_bytes(), "B"), name);
    }
    return "";
}

} // namespace scribeline::results
