// One line of a CSV file as cells, and what stands in them. A trace has millions of lines, so that nothing is copied:
// a cell with line breaks, which configs and tables of cases may have, is not read here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

// Without blanks and quotes around them. A quote that never ends goes to the end of the line.
void split_cells(std::string_view line, std::vector<std::string_view>& cells);

// A whole number, `12`, `-3` or `12.0`; nothing for what is none.
std::optional<std::int64_t> whole_of(std::string_view text);

// A number such as `0.8` or `1e-3`; nothing for what is none.
std::optional<double> real_of(std::string_view text);

// A decimal number of `unit` nanoseconds each, exact to the nanosecond: digits beyond are cut off. Nothing for what is
// none, or is beyond 292 years.
std::optional<std::int64_t> time_of(std::string_view text, std::int64_t unit);

// `2023-11-16 18:17:03.9799600`, also with a T between and with Z or +HH:MM behind, in nanoseconds since 1970 UTC
// (without a zone: as if it were UTC).
std::optional<std::int64_t> date_of(std::string_view text);

} // namespace scribeline::workloads
