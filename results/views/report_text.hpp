// Numbers and words as the report shows them.
#pragma once

#include "models/wafer/outcome.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results {

std::string grouped(std::uint64_t number); // 12,732
std::string percent(double share);         // 3.1 %
std::string duration(double seconds);      // 374.5 us
std::string kibibytes(double bytes);       // 31.2 KiB
std::string bar(double share, int width);  // ######
std::string shortened(std::string const& text, std::size_t length);
std::string trimmed(std::string text);           // without blanks at the end
std::string quoted(std::string const& argument); // for a shell, where that is needed
// `first` and then `text`, broken at blanks into lines of at most 100 columns that begin below one another.
std::string hanging(std::string const& first, std::string const& text);
std::string in_columns(std::vector<std::string> const& items, std::size_t width);

// A clause about what such time is spent on, for "31 % of the layer is ...".
char const* explained(models::Part part);

} // namespace scribeline::results
