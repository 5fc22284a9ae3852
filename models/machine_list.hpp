// The kinds of machines that there are: the only list of them (docs/extending.md, "a new kind of machine").
#pragma once

#include "models/machine.hpp"

#include <memory>
#include <string>
#include <vector>

namespace scribeline::models {

struct KindRow {
    char const* name; // as machine.kind says it: "gpu"
    char const* unit; // what a machine is made of: "GPU"
    // Plans the model of `config` on its machine. Throws configs::DoesNotFit where it does not fit, configs::UserError
    // where it cannot be cut so.
    std::unique_ptr<Machine> (*make)(configs::Config const& config, workloads::DecodeStep const& step);
    Nameplate (*nameplate)(configs::Parameters const&) = nullptr; // null: its parameters tell of none
};

std::vector<KindRow> const& machine_kinds();

// Of a program that is linked with one more kind than the list has; before the first configuration is read.
void add_machine_kind(KindRow const& kind);

// Of the machine of a configuration. Throws configs::UserError (bad_config) for a kind that nothing here makes.
KindRow const& kind_row(configs::Config const& config);

// Of the configuration's kind, for its model. Throws as KindRow::make and kind_row() do.
std::unique_ptr<Machine> make_machine(configs::Config const& config, workloads::DecodeStep const& step);
std::unique_ptr<Machine> make_machine(configs::Config const& config);

} // namespace scribeline::models
