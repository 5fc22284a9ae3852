// Comma-separated text as people's spreadsheets and editors write it (RFC 4180, and what they do beside it): quoted
// cells that hold commas, quotes and line breaks, any kind of line end, a byte order mark, blank lines, lines that
// begin with `#`, rows of commas alone.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::models {

struct CommaRow {
    std::size_t              line;  // that it begins on, from 1
    std::vector<std::string> cells; // without blanks at their ends; line breaks inside are blanks
};

// What is wrong, and on which line.
class CommaTableError : public std::runtime_error {
  public:
    CommaTableError(std::size_t line, std::string const& what) : std::runtime_error{what}, line_{line} {}
    std::size_t line() const { return line_; }

  private:
    std::size_t line_;
};

// Rows with anything in them. Throws CommaTableError: a quote that never ends, text behind a quoted cell, bytes that
// are no text.
std::vector<CommaRow> read_comma_table(std::string_view text);

// Without blanks at its ends.
std::string_view trimmed_cell(std::string_view text);

} // namespace scribeline::models
