// Options of every command that reads a trace of requests.
#pragma once

#include "configs/schema/command_line.hpp"
#include "workloads/requests/trace.hpp"

#include <vector>

namespace scribeline::program {

// --limit, --start, --end, --scale-rate, --scale-tools, --replay, --trace-format, --columns, --block-tokens,
// --hash-tokens, --trace-seed.
std::vector<configs::Option> trace_options();

// Throws configs::UserError (usage), which names the option.
workloads::TraceOptions trace_options_of(configs::CommandLine const& line);

} // namespace scribeline::program
