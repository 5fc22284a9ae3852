// `scribeline sweep run|status|merge|show|plan|submit`.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <functional>
#include <string>
#include <vector>

namespace scribeline::results {

// `program` is what `scribeline` does with arguments, to its exit code; points are run by it, each in a process of its
// own. Results go to stdout, all else to stderr. Throws UserError.
configs::Exit sweep_command(configs::CommandLine const&                                line,
                            std::function<int(std::vector<std::string> const&)> const& program);

} // namespace scribeline::results
