// A file that a user names, as text.
#pragma once

#include <cstddef>
#include <string>

namespace scribeline::configs {

// Throws UserError: no_input where it cannot be read or is a folder (`expected`: "a TOML file"), bad_config beyond
// `largest` bytes, which is a multiple of a MiB (`no_such`: "no configuration"; /dev/zero has no end).
std::string read_whole_file(std::string const& path, std::size_t largest, char const* expected, char const* no_such);

} // namespace scribeline::configs
