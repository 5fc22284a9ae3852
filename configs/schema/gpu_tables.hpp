// The tables of machines that are no wafer, and which group says something about which kind of machine.
#pragma once

#include "configs/gpu_parameters.hpp"
#include "configs/schema/table.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace scribeline::configs {

// gpu, kernels, nvlink, sram, plain, serving, device_energy, engine, price: between the groups of the wafer and those
// of the run.
std::vector<Group> gpu_groups();

// The words for kinds of machines, "wafer" first, in the order of their numbers.
std::vector<std::string> const& kind_names();
std::string const&              kind_name(MachineKind kind);
MachineKind                     kind_named(std::string_view name); // throws TextError

// One kind more than `machine.kind` knows, which has no parameters of its own (models/machine_list.hpp). A name that is
// there already is that kind. Before the first configuration is read.
void add_kind_name(std::string const& name);

// machine.kind of what --machine takes, whatever the count behind its colon. Throws as configs::resolve() does.
std::string kind_of_machine(std::string const& machine);

// Does a machine of this kind have the parameters of this group? `machine`, `workload` and `run` are for all.
bool applies(std::string_view group, std::string_view kind);
bool applies(std::string_view group, MachineKind kind);

// The parameter that counts what a machine of this kind is made of, which --machine NAME:N sets; null: none does.
char const* counted_by(std::string_view kind);

} // namespace scribeline::configs
