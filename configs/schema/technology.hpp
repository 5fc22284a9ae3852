// A technology: what becomes of a machine's parameters if it is made, fed or placed otherwise.
//
//     description = "logic of 7 nm in place of 5"
//
//     [[any]]                                     # of machines of every kind
//     parameter = "price.pue"
//     set       = "100 %"
//     source    = "what this is taken from"
//
//     [[gpu]]                                     # of one kind: gpu, wafer, sram, plain
//     parameter = "device_energy.mac_16"
//     times     = 1.43
//     source    = ".."
//
//     [[gpu]]
//     power_cap = "400 W"                         # of one device: clocks fall until it holds
//     source    = ".."
//
// A technology that has nothing for a machine's kind, or changes what that kind does not have, is refused.
#pragma once

#include "configs/config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scribeline::configs {

struct TechnologyChange {
    std::string           kind;      // "gpu"; "any"
    std::string           parameter; // empty: a power cap
    std::string           set;       // as written; empty: multiplied
    std::optional<double> times;
    std::string           power_cap;
    std::string           source;
    unsigned              line = 0; // of its table
};

struct Technology {
    std::string                   name; // for messages
    std::string                   description;
    std::vector<TechnologyChange> changes;
};

// A name out of configs/technologies, or a path. Throws UserError: no_input (there is none), bad_config (with its
// place).
Technology read_technology(std::string const& name_or_path);

std::vector<std::string> shipped_technologies();

// One parameter that it sets on a machine, in order: what of it, as text, and where that is from.
struct TechnologySetting {
    std::string parameter, text, set_by, source;
};
// Of a machine as it is without it. Throws UserError (bad_config).
std::vector<TechnologySetting> settings_of(Technology const& technology, Parameters const& machine);

} // namespace scribeline::configs
