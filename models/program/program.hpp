// The program from its words to its exit code: what main() calls, the processes of a sweep, and tests that link the
// program with a kind of machine of their own.
#pragma once

#include "configs/failure.hpp"

#include <string>
#include <vector>

namespace scribeline::program {

// Reads the arguments, those behind the program's name, by the table of commands (commands.hpp) and has the command
// answer on standard output. What stands in the way is said on standard error; nothing is thrown.
configs::Exit answer(std::vector<std::string> const& arguments);

} // namespace scribeline::program
