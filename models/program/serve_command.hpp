// `scribeline serve`: requests of a trace, or drawn ones, on replicas of machines.
#pragma once

#include "configs/schema/command_line.hpp"

#include "models/serving/system_spec.hpp"
#include "workloads/requests/request.hpp"

#include <iosfwd>
#include <memory>
#include <vector>

namespace scribeline::program {

std::vector<configs::Option> serve_options();
configs::Exit                serve_command(configs::CommandLine const& line, std::ostream& out);

// What a command line asks `serve` for: the system, and the requests that it is served. Throw configs::UserError.
models::SystemSpec                        system_of(configs::CommandLine const& line);
std::unique_ptr<workloads::RequestSource> requests_of(configs::CommandLine const& line, models::SystemSpec const& spec);

} // namespace scribeline::program
