// How a figure came about, in a line: "89 modules, 12,345 transactions, 2,468 kernel events; its closed form says
// 8.50 ms, -0.83 %".
#pragma once

#include "models/machine.hpp"

#include <optional>
#include <string>

namespace scribeline::results {

// Empty where there are neither modules nor a form beside the figure.
std::string words_of(models::Evidence const& evidence, std::optional<double> deviation);

} // namespace scribeline::results
