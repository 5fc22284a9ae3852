// What is put on a terminal and not into a file: colour, and the one shape that all messages have.
#pragma once

#include "configs/schema/command_line.hpp"

#include <cstddef>
#include <string>

namespace scribeline::results {

// Of a stream by its number (STDOUT_FILENO). Left to the program: on a terminal that is not dumb, unless the
// environment has NO_COLOR (no-color.org).
bool has_color(configs::Color wish, int stream);

// What others wrote (names in files, files' own names, messages about them) as a terminal may have it: control
// characters and the like stand as \xNN (configs::printable), ends of lines stay. All that this program prints goes
// through here, before colour is added.
std::string fit_to_print(std::string const& text);

// Columns of a page for that stream: the terminal's, within reason; COLUMNS of the environment; 80 for a pipe or a
// file.
std::size_t page_width(int stream);

// A message to the user. One that does not name its place ("my.toml:3:1: error: ...") gets the program's name.
std::string complaint(std::string const& message, bool color);

// The report, with its headings in bold.
std::string with_bold_headings(std::string const& report);

} // namespace scribeline::results
