// A comparison for people and for programs.
#pragma once

#include "configs/config.hpp"
#include "models/compare/comparison.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scribeline::results {

// As many machines side by side as `width` columns hold; then the same by context, what each row means, and what is
// assumed.
std::string comparison_table(models::Comparison const& comparison, std::size_t width = 100);

std::string comparison_json(models::Comparison const& comparison);
std::string comparison_csv(models::Comparison const& comparison); // a row per machine and context

std::string comparison_text(models::Comparison const& comparison, configs::OutputFormat format,
                            std::size_t width = 100);

// Parameters of the machine whose values are assumptions: "gpu.memory_runtime".
std::vector<std::string> assumed_parameters(configs::Config const& config);

} // namespace scribeline::results
