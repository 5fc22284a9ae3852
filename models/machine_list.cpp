#include "models/machine_list.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "models/gpu/gpu_machine.hpp"
#include "models/sram/stream_machines.hpp"
#include "models/wafer/wafer_machine.hpp"
#include "workloads/settled_widths.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

std::vector<KindRow>& kinds()
{
    static auto all = std::vector<KindRow>{
        {"wafer", "wafer", &make_wafer_machine, &wafer_nameplate},
        {"gpu", "GPU", &make_gpu_machine, &gpu_nameplate},
        {"sram", "chip", &make_sram_machine, &sram_nameplate},
        {"plain", "accelerator", &make_plain_machine, &plain_nameplate},
    };
    return all;
}

} // namespace

std::vector<KindRow> const& machine_kinds() { return kinds(); }

void add_machine_kind(KindRow const& kind)
{
    configs::add_kind_name(kind.name);
    kinds().push_back(kind);
}

KindRow const& kind_row(configs::Config const& config)
{
    auto const& name  = configs::kind_name(config.parameters.machine.kind);
    auto const& all   = kinds();
    auto const  found = std::find_if(all.begin(), all.end(), [&](KindRow const& each) { return name == each.name; });
    if (found != all.end())
        return *found;
    auto names = std::string{};
    for (auto const& each : all)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", each.name);
    throw configs::UserError{configs::Exit::bad_config,
                             fmt::format("machine.kind = {}: there is no such kind of machine. Choose one of {}",
                                         configs::shown(name), names)};
}

std::unique_ptr<Machine> make_machine(configs::Config const& config, workloads::DecodeStep const& step)
{
    return kind_row(config).make(config, step);
}

std::unique_ptr<Machine> make_machine(configs::Config const& config)
{
    auto       settled  = config;
    auto&      workload = settled.parameters.workload;
    auto const shape    = workloads::read_model(workload.model);
    workloads::settle_widths(settled, shape);
    return make_machine(settled, workloads::decode_step(shape, workload));
}

} // namespace scribeline::models
