// `scribeline export csv|perfetto FILE.h5 -o WHERE`.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Throws configs::UserError: an unknown format, no -o, what cannot be read or written.
configs::Exit export_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
