// A mesh under one load after another, up to where it saturates.
#pragma once

#include "fabric/traffic/experiment.hpp"

#include <optional>
#include <string>
#include <vector>

namespace scribeline::fabric {

struct TrafficStudy {
    std::string               mesh; // "8x8", "64x64 of wse3"
    TrafficParams             params;
    std::vector<TrafficPoint> points;     // by offered load, rising
    std::optional<double>     saturation; // flits a node and cycle; where it was looked for
    double                    bound = 0;  // bound_of_xy()
};

// `rates` in flits a node and cycle, in any order; none: ten up to the bound, and the saturation. Throws as measure().
TrafficStudy study_traffic(std::string mesh, TrafficParams const& params, std::vector<double> rates, bool saturation);

// One figure of a point, as every table of it has it.
struct TrafficColumn {
    char const* name;
    char const* units;
    char const* meaning;
    double (*of)(TrafficPoint const&); // NaN: not known
};
std::vector<TrafficColumn> const& traffic_columns();

} // namespace scribeline::fabric
