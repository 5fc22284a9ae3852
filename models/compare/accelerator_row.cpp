// GPUs, SRAM-only racks and plain memory: prefill and decode of run_on_accelerator().
#include "models/compare/rows.hpp"
#include "models/gpu/accelerator.hpp"
#include "models/gpu/gpu_system.hpp"
#include "models/gpu/host_offload.hpp"

#include <fmt/format.h>

namespace scribeline::models {

namespace {

std::string unit_of(configs::MachineKind kind, bool several)
{
    auto const* unit = kind == configs::MachineKind::gpu    ? "GPU"
                       : kind == configs::MachineKind::sram ? "chip"
                                                            : "accelerator";
    return fmt::format("{}{}", unit, several ? "s" : "");
}

std::string arrangement_of(StepOutcome const& step, configs::MachineKind kind)
{
    auto const text = step.tensor == 1 ? fmt::format("one {} a layer", unit_of(kind, false))
                                       : fmt::format("{} {} share each layer", step.tensor, unit_of(kind, true));
    return step.pipeline == 1 ? text : fmt::format("{}, {} stages", text, step.pipeline);
}

std::string size(configs::Bytes bytes)
{
    return bytes.value() >= 1e10 ? fmt::format("{:.1f} GB", bytes.value() / 1e9)
                                 : fmt::format("{:.1f} MB", bytes.value() / 1e6);
}

// Of one sequence. What does not depend on the work grows with the time.
void add_energy(ComparisonRow& row, StepOutcome const& decode, double time_ratio)
{
    row.energy_parts.clear();
    auto sum = configs::Joules{};
    for (std::size_t i = 0; i < device_energy_part_count; ++i) {
        auto const part    = static_cast<DeviceEnergyPart>(i);
        auto const by_time = part == DeviceEnergyPart::idle || part == DeviceEnergyPart::host;
        auto const joules  = decode.energy[i] * ((by_time ? time_ratio : 1) / static_cast<double>(row.batch));
        row.energy_parts.emplace_back(name_of(part), joules);
        sum += joules;
    }
    row.energy         = sum;
    row.energy_at_most = decode.energy_at_most * (time_ratio / static_cast<double>(row.batch));
}

// What the tiers of the host could not take, or that there might be some.
std::string tiers_of(configs::Parameters const& p, Footprint const& memory)
{
    auto text = std::string{};
    for (auto const& [name, key] :
         {std::pair{&p.gpu.weights_tier, "gpu.weights_tier"}, {&p.gpu.kv_tier, "gpu.kv_tier"}})
        if (*name != "none")
            text += fmt::format("; {} takes at most {} of each GPU ({})", *name,
                                size(tier_of_one_gpu(p, *name).capacity), key);
    if (text.empty() && memory.weights + memory.runtime > memory.capacity)
        return "; gpu.weights_tier names memory of the host that takes weights";
    return text.empty() ? "; gpu.kv_tier names memory of the host that takes keys and values" : text;
}

} // namespace

void add_accelerator(ComparisonRow& row, configs::Config const& config, workloads::DecodeStep const& step, bool modules)
{
    auto const  run    = run_on_accelerator(step, config.parameters, row.batch);
    auto const& decode = run.decode;
    auto const& memory = decode.footprint;
    auto const  all    = static_cast<double>(decode.devices);

    row.fits         = run.fits();
    row.devices      = decode.devices;
    row.arrangement  = arrangement_of(decode, row.kind);
    row.memory_share = ratio(memory.needed(), memory.capacity);
    if (!row.fits) {
        row.missing = memory.missing() * all;
        row.reason =
            fmt::format("{} does not fit: each of {} {} has {}, and weights take {}, the KV cache {}, the runtime {}",
                        step.shape.name, decode.devices, unit_of(row.kind, true), size(memory.capacity),
                        size(memory.weights), size(memory.kv), size(memory.runtime));
        if (row.kind == configs::MachineKind::gpu)
            row.reason += tiers_of(config.parameters, memory);
        return;
    }
    row.fidelity        = row.kind == configs::MachineKind::gpu ? "kernels" : "stream";
    row.first_token     = run.prefill.floor;
    row.token           = decode.floor;
    row.served          = decode.served;
    row.bandwidth_share = decode.bandwidth_share;
    row.bound_by        = decode.bound_by;
    row.notes           = decode.notes;
    add_energy(row, decode, 1);
    for (std::size_t i = 0; i < step_part_count; ++i)
        row.parts.emplace_back(name_of(static_cast<StepPart>(i)), decode.parts[i]);
    if (modules && row.kind == configs::MachineKind::gpu) {
        auto const  plan     = GpuPlan{decode.tensor, decode.pipeline};
        auto const& asked    = config.parameters.run;
        auto        recorded = run_gpu_system_apart(step, config.parameters, run.memory_share, plan, row.batch,
                                                    {1'000'000, asked.trace ? asked.trace_events : 0});
        auto const& system   = recorded.run;
        row.fidelity         = "modules";
        row.parts.emplace_back("memory_behind", system.time - decode.floor); // banks that do not keep up
        row.bandwidth_share = decode.bandwidth_share * ratio(decode.floor, system.time);
        add_energy(row, decode, ratio(system.time, decode.floor));
        row.token   = system.time;
        row.served  = system.time + decode.engine;
        row.modules = std::move(recorded);
    }
}

} // namespace scribeline::models
