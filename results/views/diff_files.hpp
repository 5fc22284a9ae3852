// `scribeline diff A.h5 B.h5`: what was set differently, which figures moved by how much, and which parts of the time.
#pragma once

#include "results/document/document.hpp"

#include <string>

namespace scribeline::results {

// Of two runs or of two comparisons. Throws configs::UserError as read_result() does, and bad_config for files of other
// commands and for one of each.
Document difference_of(std::string const& before, std::string const& after);

} // namespace scribeline::results
