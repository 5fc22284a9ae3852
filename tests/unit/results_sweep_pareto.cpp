// Ranks of the Pareto front, against a plain count by the definition.
#include "configs/sweep/sampling.hpp"
#include "results/files/sweep/pareto.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

using namespace scribeline;
using results::pareto_ranks;
using Ranks = std::vector<std::uint32_t>;

namespace {

// Peels off whatever nothing left dominates, again and again.
Ranks by_definition(std::vector<std::vector<double>> const& goals)
{
    auto const n         = goals.front().size();
    auto const dominates = [&](std::size_t a, std::size_t b) {
        auto better = false;
        for (auto const& goal : goals) {
            if (goal[a] > goal[b])
                return false;
            better = better || goal[a] < goal[b];
        }
        return better;
    };
    auto ranks = Ranks(n, 0);
    for (std::uint32_t rank = 1; std::count(ranks.begin(), ranks.end(), 0U) > 0; ++rank) {
        auto front = std::vector<std::size_t>{};
        for (std::size_t i = 0; i < n; ++i) {
            auto beaten = ranks[i] != 0;
            for (std::size_t j = 0; j < n && !beaten; ++j)
                beaten = ranks[j] == 0 && dominates(j, i);
            if (!beaten)
                front.push_back(i);
        }
        for (auto const i : front)
            ranks[i] = rank;
    }
    return ranks;
}

} // namespace

TEST_CASE("the front is what nothing beats, and ties share it")
{
    //                      speed (negated)         cost
    CHECK(pareto_ranks({{-10, -8, -8, -5, -10}, {3, 2, 4, 1, 3}}) == Ranks{1, 1, 2, 1, 1});
    CHECK(pareto_ranks({{3, 1, 2}}) == Ranks{3, 1, 2});
    CHECK(pareto_ranks({}) == Ranks{});
}

TEST_CASE("a point with an unknown goal is on no front and pushes nobody off one")
{
    auto const nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(pareto_ranks({{1, 0, 2}, {1, nan, 2}}) == Ranks{1, 0, 2});
}

TEST_CASE("ranks of random points are those of the definition")
{
    auto const count  = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4});
    auto       random = configs::SplitMix64{count};
    for (int repeat = 0; repeat < 20; ++repeat) {
        auto goals = std::vector<std::vector<double>>(count, std::vector<double>(60));
        for (auto& goal : goals)
            for (auto& value : goal)
                value = static_cast<double>(random.below(12)); // few values: many ties
        CHECK(pareto_ranks(goals) == by_definition(goals));
    }
}
