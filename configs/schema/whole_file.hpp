// A file that a user names, as text.
#pragma once

#include "configs/schema/limits.hpp"

#include <string>

namespace scribeline::configs {

// Throws UserError: no_input where it cannot be read or is a folder, bad_config beyond the limit.
std::string read_whole_file(std::string const& path, FileLimit const& limit);

// The same of a file that may be longer than the limit: what stands before it.
std::string read_beginning(std::string const& path, FileLimit const& limit);

} // namespace scribeline::configs
