// How evenly do tokens fall on groups of experts, and how many experts does a step touch?
#include "workloads/expert_load.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using scribeline::workloads::expert_load;
using scribeline::workloads::ExpertDraw;

namespace {

ExpertDraw draw(double imbalance, std::uint32_t tokens, std::uint32_t groups)
{
    auto made      = ExpertDraw{};
    made.experts   = 64;
    made.active    = 6;
    made.tokens    = tokens;
    made.groups    = groups;
    made.imbalance = imbalance;
    made.layers    = 40;
    return made;
}

} // namespace

TEST_CASE("without imbalance pairs of tokens and experts are spread evenly, and tokens choose experts independently")
{
    CHECK(expert_load(draw(0, 1, 4)).busiest == 2); // six on four groups
    CHECK(expert_load(draw(0, 5, 4)).busiest == 8);
    // One leaves 58 of 64 out; two of them 58 * 58 / 64.
    CHECK(expert_load(draw(0, 1, 4)).distinct == Approx(6));
    CHECK(expert_load(draw(0, 2, 4)).distinct == Approx(64 - 58.0 * 58 / 64));
    CHECK(expert_load(draw(0, 100, 1)).busiest == 600);
    CHECK(expert_load(draw(0, 100, 1)).distinct == Approx(64).epsilon(1e-4));
}

TEST_CASE("the more popular some experts are, the more has the busiest group, and the fewer experts are chosen")
{
    auto const even = expert_load(draw(0, 16, 8));
    auto       last = even;
    for (auto const imbalance : {0.25, 0.5, 1.0, 2.0, 4.0}) {
        auto const load = expert_load(draw(imbalance, 16, 8));
        CAPTURE(imbalance, load.busiest, load.distinct);
        CHECK(load.busiest > last.busiest);
        CHECK(load.distinct < last.distinct);
        CHECK(load.busiest <= 16 * 6); // a token's experts may all be of one group, and no more
        CHECK(load.distinct >= 6);
        last = load;
    }
}

TEST_CASE("a token's experts are different ones, however popular a few of them are")
{
    auto made   = draw(4, 1, 1);
    made.active = 64;
    CHECK(expert_load(made).distinct == 64);
    CHECK(expert_load(made).busiest == 64);
}

TEST_CASE("a nearly uniform draw touches as many experts as the binomial formula says")
{
    // Each token leaves an expert out with probability 58 / 64.
    auto       made     = draw(1e-9, 12, 1);
    auto const expected = 64 * (1 - std::pow(58.0 / 64, 12));
    made.layers         = 400;
    CHECK(expert_load(made).distinct == Approx(expected).epsilon(0.01));
}

TEST_CASE("a draw is the same each time, another seed's is another, and other questions between do not matter")
{
    auto const one   = draw(1, 8, 4);
    auto       other = one;
    other.seed       = 2;
    auto const first = expert_load(one), second = expert_load(other);
    CHECK(first.busiest != second.busiest);
    CHECK(expert_load(one).busiest == first.busiest);
    CHECK(expert_load(other).distinct == second.distinct);
}
