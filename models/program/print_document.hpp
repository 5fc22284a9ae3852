// How a command prints what a view says: as a table, JSON or CSV, by the options of every command.
#pragma once

#include "configs/schema/command_line.hpp"
#include "results/document/document.hpp"

#include <iosfwd>

namespace scribeline::program {

// By --format and --color, as wide as the terminal; what others wrote never reaches it as more than text.
void print_document(configs::CommandLine const& line, results::Document const& document, std::ostream& out);

} // namespace scribeline::program
