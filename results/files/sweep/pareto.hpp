// Ranks of the Pareto front: 1 for what nothing beats in all goals, 2 for what only those beat, and so on.
#pragma once

#include <cstdint>
#include <vector>

namespace scribeline::results {

// `goals[g][i]` is point i in goal g, less being better; a NaN leaves the point out (rank 0). Equal points share a
// rank. O(n log n) for two goals, O(n^2) at worst for more.
std::vector<std::uint32_t> pareto_ranks(std::vector<std::vector<double>> const& goals);

} // namespace scribeline::results
