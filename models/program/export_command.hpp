// `scribeline export csv|perfetto FILE.h5 -o WHERE`.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

namespace scribeline::results {

// Throws configs::UserError: an unknown format, no -o, what cannot be read or written.
configs::Exit export_command(configs::CommandLine const& line);

} // namespace scribeline::results
