// `scribeline traffic`: latency over load of a mesh of packet routers, a plain one or part of a wafer.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::program {

std::vector<configs::Option> traffic_options();

// Throws configs::UserError (usage) for a rate, a pattern, a routing or a mesh that cannot be;
// configs::SimulationFault, which names who waits for whom, where a routing deadlocks.
configs::Exit traffic_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
