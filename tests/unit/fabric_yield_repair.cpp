// What spares repair, on wafers small enough to draw.
#include "fabric/yield/repair.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::fabric;
using Catch::Matchers::Contains;

namespace {

DefectMap dead(std::vector<Place> places)
{
    auto map = DefectMap{};
    map.dead = std::move(places);
    return map;
}

using Pairs = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("a row passes by a dead PE towards the nearer edge")
{
    // One row of 9 places for a mesh of 7: places 0 and 8 are spare.
    auto const grid  = PhysicalGrid{9, 1, 7, 1, 1, 1};
    auto const clean = repair(grid, dead({}));
    CHECK(clean.pairs_at == Pairs{0, 6});
    CHECK(clean.idle == 2);
    CHECK(clean.repaired == 0);
    for (auto const x : {2u, 4u, 6u}) {
        auto const plan = repair(grid, dead({{x, 0}}));
        CAPTURE(x);
        CHECK(plan.repairable);
        CHECK(plan.usable == 7);
        CHECK(plan.repaired == 1);
        CHECK(plan.idle == 1);
        CHECK(plan.pairs_at == Pairs{0, 5, 1});
    }
    // At the end of the mesh nobody has to pass by: the spare beyond the dead PE is further.
    CHECK(repair(grid, dead({{2, 0}, {3, 0}})).pairs_at == Pairs{0, 5, 0, 1});
}

TEST_CASE("a dead spare needs no repair")
{
    auto const plan = repair(PhysicalGrid{9, 1, 7, 1, 1, 1}, dead({{0, 0}, {8, 0}}));
    CHECK(plan.repairable);
    CHECK(plan.dead == 2);
    CHECK(plan.repaired == 0);
    CHECK(plan.idle == 0);
    CHECK(plan.longer_pairs() == 0);
}

TEST_CASE("what moves sideways is one hop further from the rows above and below")
{
    // 3 rows of 5 places for 3x3: column 0 and 4 are spare, the middle column stays at home.
    auto const plan = repair(PhysicalGrid{5, 3, 3, 3, 1, 1}, dead({{1, 1}}));
    // In the row itself the dead PE lies between the first two; the first has moved west, away from both its
    // neighbours north and south.
    CHECK(plan.pairs_at == Pairs{0, 12 - 3, 3});
    CHECK(plan.longest() == 2);
}

TEST_CASE("a row without enough spares is given up, and a spare row serves")
{
    // 4 rows for 3, 4 columns for 3.
    auto const grid = PhysicalGrid{4, 4, 3, 3, 1, 1};
    auto const plan = repair(grid, dead({{0, 1}, {2, 1}}));
    CHECK(plan.repairable);
    CHECK(plan.rows_given_up == 1);
    CHECK(plan.lost == 2);
    CHECK(plan.usable == 9);
    CHECK(plan.repaired == 2);
    CHECK(plan.idle == 16 - 9 - 2 - 2);
    // All of a row is two rows from the next.
    CHECK(plan.pairs_at == Pairs{0, 9, 3});
}

TEST_CASE("a wafer without enough spare rows is refused with what ran out")
{
    auto const grid = PhysicalGrid{4, 4, 3, 3, 1, 1};
    auto const plan = repair(grid, dead({{0, 0}, {2, 0}, {0, 3}, {1, 3}}));
    CHECK_FALSE(plan.repairable);
    CHECK(plan.usable == 0);
    CHECK(plan.lost == 12);
    CHECK(plan.pairs_at.empty());
    CHECK(plan.longest() == 0);
    CHECK_THAT(refusal(grid, plan), Contains("2 rows") && Contains("1 spare columns") && Contains("1 spare rows"));
    // Without spares every dead PE is one too many.
    CHECK_FALSE(repair(PhysicalGrid{4, 4, 4, 4, 1, 1}, dead({{3, 3}})).repairable);
    CHECK(repair(PhysicalGrid{4, 4, 4, 4, 1, 1}, dead({})).repairable);
}
