// Points of the unit cube, for sweeps that do not take every combination.
//
// The same points on every platform: only integer arithmetic and one division by a power of two, never std::shuffle or
// a distribution of the standard library, whose results each library may choose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scribeline::configs {

enum class Sampler { grid, random, latin_hypercube, sobol };

// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): 64 bits of state, every seed good.
class SplitMix64 {
  public:
    explicit SplitMix64(std::uint64_t seed) : state_{seed} {}
    std::uint64_t next();
    double        uniform();                // in [0, 1), a multiple of 2^-53
    std::size_t   below(std::size_t bound); // in [0, bound)

  private:
    std::uint64_t state_;
};

// `count` points of `dimensions` coordinates in [0, 1) each.
//   random           independent
//   latin_hypercube  each coordinate has exactly one point in each of `count` equal intervals
//   sobol            Sobol's sequence with the direction numbers of Joe and Kuo (Boost.Random); a seed other than 0
//                    flips digits at random, the same for all points, which keeps its evenness
// Not for Sampler::grid, nor for more dimensions than Boost has direction numbers for (sobol_dimensions).
std::vector<std::vector<double>> unit_points(Sampler sampler, std::size_t count, std::size_t dimensions,
                                             std::uint64_t seed);

constexpr std::size_t sobol_dimensions = 3667;

} // namespace scribeline::configs
