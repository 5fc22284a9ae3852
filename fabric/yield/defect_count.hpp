// How many defects an area has.
//
// Exact draws, the same on every platform: uniform numbers are compared, added and divided, and no distribution of the
// standard library takes part.
//
// Both distributions are a count of arrivals between the times 0 and 1. At a steady rate they are Poisson's. When the
// rate after k arrivals is (alpha + k) log(1 + mean / alpha), a pure birth process with immigration, they are negative
// binomial with that alpha (Kendall, 1949): the model of yields with clustered defects (Stapper, 1983).
#pragma once

#include "configs/parameters.hpp"
#include "configs/sweep/sampling.hpp"

#include <cstdint>

namespace scribeline::fabric {

// With mean 1 (von Neumann, 1951: the lengths of descending runs decide).
double exponential(configs::SplitMix64& random);

// The mean is finite and at least 0.
std::uint64_t defect_count(double mean, configs::Clustering clustering, configs::SplitMix64& random);

// The share of areas that have none: exp(-mean), or (1 + mean / alpha)^-alpha.
double share_without_defect(double mean, configs::Clustering clustering);

} // namespace scribeline::fabric
