// Random, Latin hypercube and Sobol points.
#include "configs/sweep/sampling.hpp"

#include "configs/failure.hpp"

#include <numeric>
#include <utility>

#include <boost/random/sobol.hpp>

namespace scribeline::configs {

namespace {

using Points = std::vector<std::vector<double>>;

double of_bits(std::uint64_t bits) { return static_cast<double>(bits >> 11U) * 0x1p-53; }

Points random_points(std::size_t count, std::size_t dimensions, SplitMix64 random)
{
    auto points = Points(count, std::vector<double>(dimensions));
    for (auto& point : points)
        for (auto& coordinate : point)
            coordinate = random.uniform();
    return points;
}

Points latin_hypercube(std::size_t count, std::size_t dimensions, SplitMix64 random)
{
    auto points = Points(count, std::vector<double>(dimensions));
    for (std::size_t d = 0; d < dimensions; ++d) {
        auto interval = std::vector<std::size_t>(count);
        std::iota(interval.begin(), interval.end(), std::size_t{0});
        for (auto i = count; i > 1; --i) // Fisher and Yates
            std::swap(interval[i - 1], interval[random.below(i)]);
        for (std::size_t i = 0; i < count; ++i)
            points[i][d] = (static_cast<double>(interval[i]) + random.uniform()) / static_cast<double>(count);
    }
    return points;
}

Points sobol(std::size_t count, std::size_t dimensions, std::uint64_t seed)
{
    auto engine = boost::random::sobol{dimensions};
    auto random = SplitMix64{seed};
    auto flips  = std::vector<std::uint64_t>(dimensions);
    if (seed != 0)
        for (auto& flip : flips)
            flip = random.next();
    auto points = Points(count, std::vector<double>(dimensions));
    for (auto& point : points)
        for (std::size_t d = 0; d < dimensions; ++d)
            point[d] = of_bits(engine() ^ flips[d]);
    return points;
}

} // namespace

std::uint64_t SplitMix64::next()
{
    state_ += 0x9e3779b97f4a7c15U;
    auto bits = state_;
    bits      = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
    bits      = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
    return bits ^ (bits >> 31U);
}

double SplitMix64::uniform() { return of_bits(next()); }

// The remainder favours small numbers by less than bound / 2^64, which no sweep can notice.
std::size_t SplitMix64::below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

std::vector<std::vector<double>> unit_points(Sampler sampler, std::size_t count, std::size_t dimensions,
                                             std::uint64_t seed)
{
    switch (sampler) {
    case Sampler::random:
        return random_points(count, dimensions, SplitMix64{seed});
    case Sampler::latin_hypercube:
        return latin_hypercube(count, dimensions, SplitMix64{seed});
    case Sampler::sobol:
        SCRIBELINE_EXPECT(dimensions <= sobol_dimensions);
        return sobol(count, dimensions, seed);
    case Sampler::grid:
        break;
    }
    SCRIBELINE_EXPECT(!"a sampler of the unit cube");
    return {};
}

} // namespace scribeline::configs
