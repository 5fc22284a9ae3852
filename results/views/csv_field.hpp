// One cell of a table that is written as comma-separated values.
#pragma once

#include <string>

namespace scribeline::results {

// RFC 4180: quoted where a comma, a quote or a line break needs it.
std::string csv_field(std::string const& text);

} // namespace scribeline::results
