// Tables of what is shipped: the first column is what one types.
#include "models/program/list_command.hpp"

#include "configs/failure.hpp"
#include "configs/schema/reference.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/system_file.hpp"
#include "configs/schema/technology.hpp"
#include "configs/share.hpp"
#include "configs/sweep/sweep_file.hpp"
#include "models/machine_list.hpp"
#include "results/document/document.hpp"
#include "results/views/metrics.hpp"
#include "results/views/report_energy.hpp"
#include "results/views/report_text.hpp"
#include "results/views/terminal.hpp"
#include "workloads/model_shape.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <ostream>

#include <fmt/format.h>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

namespace {

using configs::Exit;

std::string scaled(double value, char const* unit)
{
    auto const scale = value >= 1e15   ? std::pair{1e15, "P"}
                       : value >= 1e12 ? std::pair{1e12, "T"}
                                       : std::pair{1e9, "G"};
    return fmt::format("{:.3g} {}{}", value / scale.first, scale.second, unit);
}

configs::Config config_of(std::string const& machine)
{
    auto line    = configs::CommandLine{};
    line.machine = machine;
    return configs::resolve(line);
}

// Of everything that carries the name: all GPUs of a rack, all chips.
std::optional<models::Nameplate> nameplate_of(configs::Config const& config)
{
    auto const& row = models::kind_row(config);
    return row.nameplate == nullptr ? std::nullopt : std::optional{row.nameplate(config.parameters)};
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
        auto const config = config_of(machine);
        auto const plate  = nameplate_of(config);
        table.rows.push_back(
            {word(machine), word(models::kind_row(config).name), plate ? word(grouped(plate->devices)) : unknown(),
             plate ? quantity(plate->memory.value(), scaled(plate->memory.value(), "B")) : unknown(),
             plate ? word(plate->memory_kind) : unknown(),
             plate ? quantity(plate->bandwidth.value(), scaled(plate->bandwidth.value(), "B/s")) : unknown(),
             plate ? quantity(plate->power.value(), power_text(plate->power.value())) : unknown(),
             word(configs::machine_description(machine))});
    }
    return table;
}

std::string kind_of(workloads::ModelShape const& shape)
{
    auto text = std::string{"dense"};
    for (auto const& kind : shape.layer_kinds())
        if (kind.experts > 0)
            text = fmt::format("MoE {} of {}", kind.active, kind.experts);
    return text + (shape.keeps_state() ? ", states" : shape.index.heads > 0 ? ", index" : "");
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
                        {"state", "MB"},
                        {"context", "token"},
                        {"licence of the file's source", "1", true}},
                       {}};
    for (auto const& name : workloads::shipped_models()) {
        auto const shape  = workloads::read_model(name);
        auto const in_all = static_cast<double>(shape.parameters());
        auto const active = static_cast<double>(shape.active_parameters());
        auto const cache  = shape.kv_bytes_per_token(16) / 1024;
        auto const state  = shape.state_bytes(16) / 1e6;
        table.rows.push_back({word(name), word(kind_of(shape)), quantity(in_all, fmt::format("{:.2f} B", in_all / 1e9)),
                              quantity(active, fmt::format("{:.2f} B", active / 1e9)), quantity(shape.checkpoint.bits),
                              quantity(shape.checkpoint_bytes(), scaled(shape.checkpoint_bytes(), "B")),
                              quantity(shape.layers), quantity(cache, fmt::format("{:.1f}", cache)),
                              state > 0 ? quantity(state, fmt::format("{:.1f}", state)) : unknown(),
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

Table systems()
{
    auto table = Table{"systems", {{"system", "1", true}, {"pools", "1", true}, {"what", "1", true}}, {}};
    for (auto const& name : configs::shipped_systems()) {
        auto const file  = configs::read_system_file(name);
        auto       pools = std::string{};
        for (auto const& pool : file.pools)
            pools += fmt::format("{}{} x {}{}", pools.empty() ? "" : ", ", pool.replicas, pool.machine,
                                 pool.role == "all" ? "" : " (" + pool.role + ")");
        table.rows.push_back({word(name), word(pools), word(file.description)});
    }
    return table;
}

Table technologies()
{
    auto table =
        Table{"technologies", {{"technology", "1", true}, {"of machines", "1", true}, {"what", "1", true}}, {}};
    for (auto const& name : configs::shipped_technologies()) {
        auto const file  = configs::read_technology(name);
        auto       kinds = std::string{};
        for (auto const& change : file.changes)
            if (kinds.find(change.kind) == std::string::npos)
                kinds += (kinds.empty() ? "" : ", ") + change.kind;
        table.rows.push_back({word(name), word(kinds), word(file.description)});
    }
    return table;
}

struct List {
    char const* name;
    Table (*table)(); // null: the parameters, which are told group by group
};

constexpr std::array lists_there_are{
    List{"machines", &machines},        List{"models", &models}, List{"parameters", nullptr},
    List{"metrics", &metrics_table},    List{"sweeps", &sweeps}, List{"systems", &systems},
    List{"technologies", &technologies}};

[[noreturn]] void refuse(std::string const& what)
{
    throw configs::UserError{Exit::usage, what + "\nTry 'scribeline list --help'."};
}

} // namespace

Exit list_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const& what  = line.arguments.front();
    auto        lists = std::vector<std::string>{};
    for (auto const& each : lists_there_are)
        lists.emplace_back(each.name);
    auto const found = std::find(lists.begin(), lists.end(), what);
    if (found == lists.end())
        refuse(fmt::format("no list of {}; there are {}{}", configs::shown(what), fmt::join(lists, ", "),
                           configs::did_you_mean(what, lists)));
    auto const& list = lists_there_are[static_cast<std::size_t>(found - lists.begin())];
    if (line.arguments.size() > 1 && list.table != nullptr)
        refuse(fmt::format("{} is one argument too many: only the list of parameters has groups",
                           configs::shown(line.arguments[1])));
    if (list.table == nullptr)
        out << configs::list_parameters(line.arguments.size() > 1 ? line.arguments[1] : "");
    else
        out << as_text(Document{"", {{"", {list.table()}}}}, page_width(STDOUT_FILENO));
    return Exit::done;
}

std::string explained_name(std::string const& name)
{
    auto const is_in = [&](std::vector<std::string> const& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (is_in(configs::shipped_machines())) {
        auto const config = config_of(name);
        auto const plate  = nameplate_of(config);
        auto const facts =
            plate ? fmt::format(" {} of {}, read at {}; {}.", scaled(plate->memory.value(), "B"), plate->memory_kind,
                                scaled(plate->bandwidth.value(), "B/s"), power_text(plate->power.value()))
                  : std::string{};
        return fmt::format("{}: a machine of kind {}. {}.{} 'scribeline run --machine {}' or "
                           "'scribeline compare --machines {},..' simulates it.\n",
                           name, models::kind_row(config).name, configs::machine_description(name), facts, name, name);
    }
    if (is_in(workloads::shipped_models())) {
        auto const shape = workloads::read_model(name);
        return fmt::format(
            "{}: a model ({}), {}, {:.2f} B parameters, {:.2f} B of them for one token, {} layers, {:.1f} "
            "KiB of KV cache a token{}; published with weights of {} bits ({}), {} in all. --model {} takes it.\n",
            name, shape.architecture, kind_of(shape), static_cast<double>(shape.parameters()) / 1e9,
            static_cast<double>(shape.active_parameters()) / 1e9, shape.layers, shape.kv_bytes_per_token(16) / 1024,
            shape.keeps_state()
                ? fmt::format(" and {:.1f} MB of running states a sequence", shape.state_bytes(16) / 1e6)
                : "",
            shape.checkpoint.bits, shape.checkpoint.method, scaled(shape.checkpoint_bytes(), "B"), name);
    }
    return "";
}

} // namespace scribeline::program
