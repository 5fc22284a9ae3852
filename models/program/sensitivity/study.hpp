// A configuration and its neighbours, each in a process of its own.
#pragma once

#include "configs/schema/command_line.hpp"
#include "results/views/sensitivity.hpp"

#include <string>
#include <utility>
#include <vector>

namespace scribeline::program {

struct SensitivityQuestion {
    configs::CommandLine           line; // of the base, as `run` resolves it
    std::string                    metric = "tokens_per_second_per_user";
    double                         factor = 1.1;
    std::vector<std::string>       groups, parameters; // none of either: all that describe the machine
    std::vector<configs::Override> values;             // with them: these parameters, each to its value
    unsigned                       processes = 1;
};

// Throws configs::UserError where the base has no figure, and for names that there are not on this machine;
// `interrupted` when the user stopped it.
results::Sensitivity sensitivity(SensitivityQuestion const& question);

} // namespace scribeline::program
