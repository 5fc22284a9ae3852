// A comparison for people and for programs.
#pragma once

#include "configs/config.hpp"
#include "models/compare/comparison.hpp"

#include <string>

namespace scribeline::results {

// At most 100 columns, machines side by side; then the same by context, what each row means, and what is assumed.
std::string comparison_table(models::Comparison const& comparison);

std::string comparison_json(models::Comparison const& comparison);
std::string comparison_csv(models::Comparison const& comparison); // a row per machine and context

std::string comparison_text(models::Comparison const& comparison, configs::OutputFormat format);

// Parameters of the machine whose values are assumptions: "gpu.memory_runtime".
std::vector<std::string> assumed_parameters(configs::Config const& config);

} // namespace scribeline::results
