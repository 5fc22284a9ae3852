// `scribeline recover`: a readable file out of one that a killed run, a full disk or a copy cut short left behind.
#pragma once

#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"

#include <iosfwd>

namespace scribeline::program {

// Says what was saved, and names what was lost. The damaged file is only read. Throws configs::UserError: no_input
// (nothing there, nothing in it), bad_config (no HDF5 file, or nothing in it can be read), try_again (its run lives),
// usage, cannot_create and cannot_write.
configs::Exit recover_command(configs::CommandLine const& line, std::ostream& out);

} // namespace scribeline::program
