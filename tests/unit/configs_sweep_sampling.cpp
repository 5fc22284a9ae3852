// Samplers: even where they promise to be, and the same numbers on every platform.
#include "configs/sweep/plan.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace scribeline::configs;

TEST_CASE("SplitMix64 gives the numbers that its authors publish")
{
    // First outputs for seed 1234567 of the reference implementation, splitmix64.c by S. Vigna.
    auto random = SplitMix64{1234567};
    CHECK(random.next() == 6457827717110365317U);
    CHECK(random.next() == 3203168211198807973U);
    CHECK(random.next() == 9817491932198370423U);
}

TEST_CASE("every sampler gives the points asked for, in the unit cube, and others for another seed")
{
    auto const sampler = GENERATE(Sampler::random, Sampler::latin_hypercube, Sampler::sobol);
    auto const points  = unit_points(sampler, 257, 5, 42);
    REQUIRE(points.size() == 257);
    for (auto const& point : points) {
        REQUIRE(point.size() == 5);
        for (auto const u : point) {
            CHECK(u >= 0);
            CHECK(u < 1);
        }
    }
    CHECK(unit_points(sampler, 257, 5, 42) == points);
    CHECK(unit_points(sampler, 257, 5, 43) != points);
}

TEST_CASE("a Latin hypercube has one point in each interval of each coordinate")
{
    auto const count  = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{31}, std::size_t{100});
    auto const points = unit_points(Sampler::latin_hypercube, count, 3, 7);
    for (std::size_t d = 0; d < 3; ++d) {
        auto hits = std::vector<int>(count);
        for (auto const& point : points)
            ++hits[static_cast<std::size_t>(point[d] * static_cast<double>(count))];
        CHECK(std::all_of(hits.begin(), hits.end(), [](int n) { return n == 1; }));
    }
}

TEST_CASE("the first 2^k Sobol points have one in each interval of each coordinate, flipped or not")
{
    auto const seed   = GENERATE(std::uint64_t{0}, std::uint64_t{5});
    auto const points = unit_points(Sampler::sobol, 64, 4, seed);
    for (std::size_t d = 0; d < 4; ++d) {
        auto hits = std::vector<int>(64);
        for (auto const& point : points)
            ++hits[static_cast<std::size_t>(point[d] * 64)];
        // Boost leaves out the point at the origin, so one interval is empty and one has two.
        CHECK(std::count(hits.begin(), hits.end(), 1) >= 62);
    }
}

TEST_CASE("a sampled sweep has the same points everywhere")
{
    auto const text = [](char const* method) {
        return std::string{"[sampling]\nsamples = 4\nseed = 3\nmethod = '"} + method +
               "'\n[axes]\ncontext = { from = 64, to = 65536, factor = 2 }\n"
               "wafer.clock = { from = '0.5 GHz', to = '1.5 GHz', steps = 3 }\nmapping.reduction = ['chain', 'tree']\n";
    };
    auto const points = [&](char const* method) {
        auto lines = std::vector<std::string>{};
        for (auto const& point : plan_sweep(read_sweep_text(text(method), "s", ".")).points)
            lines.push_back(point.values[0] + ", " + point.values[1] + ", " + point.values[2]);
        return lines;
    };
    // Computed once, here, and kept: a platform that differs gives other sweeps.
    CHECK(points("random") == std::vector<std::string>{"141, 1.200293514 GHz, tree", "106, 0.7164391088 GHz, tree",
                                                       "163, 1.388718434 GHz, chain", "30264, 1.198436145 GHz, tree"});
    CHECK(points("latin_hypercube") ==
          std::vector<std::string>{"2324, 0.9246090364 GHz, chain", "16857, 0.6779715651 GHz, tree",
                                   "193, 1.370041126 GHz, tree", "458, 1.084000149 GHz, chain"});
    CHECK(points("sobol") == std::vector<std::string>{"4496, 0.7002935136 GHz, chain", "25435, 1.450293514 GHz, tree",
                                                      "795, 0.9502935136 GHz, chain", "1890, 1.325293514 GHz, chain"});
}
