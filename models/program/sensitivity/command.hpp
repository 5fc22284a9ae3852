// `scribeline sensitivity`: what each parameter of a machine is worth.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>
#include <vector>

namespace scribeline::program {

std::vector<configs::Option> sensitivity_options();

// Throws configs::UserError where the base itself cannot be: what the machine refuses of its neighbours stands in rows.
configs::Exit sensitivity_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
