// The tables of machines that are no wafer, and which group says something about which kind of machine.
#pragma once

#include "configs/gpu_parameters.hpp"
#include "configs/schema/table.hpp"

#include <string_view>
#include <vector>

namespace scribeline::configs {

// gpu, kernels, nvlink, sram, plain, serving, device_energy: between the groups of the wafer and those of the run.
std::vector<Group> gpu_groups();

// Does a machine of this kind have the parameters of this group? `machine`, `workload` and `run` are for all.
bool applies(std::string_view group, MachineKind kind);

} // namespace scribeline::configs
