// Tries something dangerous in a child process first.
//
// The HDF5 library checks most of what it reads, but not all: in 1.10, a flipped bit in the heap that holds strings
// makes it copy memory that is not its own. A damaged result file must give a message, not a crash.
#pragma once

#include "results/files/bounds.hpp"

#include <functional>
#include <string>

namespace scribeline::results {

// Runs `action` in a copy of this process, so that nothing it does is seen here but a configs::UserError that it
// throws: that is thrown here as well. When it crashes or goes beyond the bounds, throws configs::UserError bad_config
// with `crashed` for a message. For use while the process has one thread.
void rehearse(std::function<void()> const& action, Bounds const& bounds, std::string const& crashed);

// The same, and hands over what `action` makes, so that it need not be made twice.
std::string made_in_a_copy(std::function<std::string()> const& action, Bounds const& bounds,
                           std::string const& crashed);

} // namespace scribeline::results
