// Command lines as the two commands of a configuration have them, for tests of what stands left of the program's table
// of commands.
#pragma once

#include "configs/schema/command_options.hpp"

#include <string>
#include <vector>

namespace scribeline::tests {

inline configs::CommandLine run_line(std::vector<std::string> const& words)
{
    static auto const commands =
        std::vector<configs::Command>{{"run", "", "", 0, 0, configs::run_options()},
                                      {"validate", "FILE", "", 1, 1, configs::configuration_options()}};
    return configs::read_command_line(words, commands);
}

} // namespace scribeline::tests
