// One cell of a table that is written as comma-separated values.
#pragma once

#include <string>

namespace scribeline::results {

// RFC 4180: quoted where a comma, a quote or a line break needs it.
std::string csv_field(std::string const& text);

// "start [ps]": the name of a column, with its units where the name does not say them. A count has none.
std::string csv_heading(std::string const& name, std::string const& units);

} // namespace scribeline::results
