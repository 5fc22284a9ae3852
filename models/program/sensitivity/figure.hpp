// One figure of one configuration, by the name that the summary of `run --format json` or a column of `compare` has.
#pragma once

#include "configs/config.hpp"

#include <string>

namespace scribeline::program {

struct Figure {
    double      value = 0;
    std::string units, meaning;
};

// Throws configs::UserError where the machine refuses the configuration or has no such figure, and
// configs::SimulationFault.
Figure figure_of(configs::Config config, std::string const& metric);

// Throws configs::UserError (usage) for a name that neither command has. Parts of the time and of the energy are named
// as machines name them: those are known when there is a figure.
void require_metric(std::string const& metric);

} // namespace scribeline::program
