// Whole numbers: parts of a whole, rounded up.
#pragma once

#include <cstdint>

namespace scribeline::configs {

// How many parts of `size` it takes to hold `all`.
constexpr std::uint64_t ceil_divide(std::uint64_t all, std::uint64_t size) { return (all + size - 1) / size; }

} // namespace scribeline::configs
