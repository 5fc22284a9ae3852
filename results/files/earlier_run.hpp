// `run --from FILE.h5`: the configuration of an earlier run, with what the command line says on top.
//
// A run is repeated from what its file says, so what the file says must be what the run wrote: the configuration has
// its hash beside it, and so have the files that the run read (configs/schema/inputs.hpp).
#pragma once

#include "configs/config.hpp"
#include "configs/schema/command_line.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

struct EarlierRun {
    configs::Config          config;
    std::vector<std::string> contradictions; // a sentence each, without its end; empty without --force
};

// Throws configs::UserError as read_config_toml() and configs::resolve() do, and bad_config where the file contradicts
// itself or a file that it names has changed since, without --force. What the command line replaces may have changed.
EarlierRun resolve_earlier(configs::CommandLine const& line);

} // namespace scribeline::results
