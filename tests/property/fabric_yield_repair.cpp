// The repair, counted by breakpoints, against one that visits every place, on wafers nobody thought of.
#include "fabric/yield/repair.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

using namespace scribeline::fabric;

namespace {

// `usable` of the places that work, so that the middle one is the first that works at or beyond its home, or as near
// to that as there are places.
std::vector<int> chosen(std::vector<int> const& works, int physical, int usable)
{
    int const wanted = (physical - usable) / 2 + usable / 2;
    int       first  = 0;
    while (first + usable < static_cast<int>(works.size()) &&
           works[static_cast<std::size_t>(first + usable / 2)] < wanted)
        ++first;
    return {works.begin() + first, works.begin() + first + usable};
}

// Place by place.
RepairPlan dense_repair(PhysicalGrid const& grid, DefectMap const& map)
{
    auto const is_dead = [&](int x, int y) {
        return std::binary_search(map.dead.begin(), map.dead.end(),
                                  Place{static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y)});
    };
    auto const columns = static_cast<int>(grid.columns), rows = static_cast<int>(grid.rows);
    auto const usable_columns = static_cast<int>(grid.usable_columns), usable_rows = static_cast<int>(grid.usable_rows);
    auto       plan  = RepairPlan{};
    auto       works = std::vector<std::vector<int>>(grid.rows);
    auto       good  = std::vector<int>{};
    for (int y = 0; y < rows; ++y) {
        auto& row = works[static_cast<std::size_t>(y)];
        for (int x = 0; x < columns; ++x)
            if (!is_dead(x, y))
                row.push_back(x);
        if (static_cast<int>(row.size()) >= usable_columns)
            good.push_back(y);
        else
            plan.lost += row.size();
    }
    plan.repairable = static_cast<int>(good.size()) >= usable_rows;
    if (!plan.repairable)
        return plan;
    auto mesh = std::vector<std::vector<std::pair<int, int>>>{};
    for (int const y : chosen(good, rows, usable_rows)) {
        mesh.emplace_back();
        for (int const x : chosen(works[static_cast<std::size_t>(y)], columns, usable_columns))
            mesh.back().emplace_back(x, y);
    }
    auto const pair = [&](std::pair<int, int> a, std::pair<int, int> b) {
        auto const hops = static_cast<std::size_t>(std::abs(a.first - b.first) + std::abs(a.second - b.second));
        if (plan.pairs_at.size() <= hops)
            plan.pairs_at.resize(hops + 1);
        ++plan.pairs_at[hops];
    };
    for (std::size_t y = 0; y < mesh.size(); ++y)
        for (std::size_t x = 0; x < mesh[y].size(); ++x) {
            if (x > 0)
                pair(mesh[y][x - 1], mesh[y][x]);
            if (y > 0)
                pair(mesh[y - 1][x], mesh[y][x]);
        }
    return plan;
}

} // namespace

TEST_CASE("a repair counted by breakpoints is the one that visits every place")
{
    std::uint32_t repaired = 0, refused = 0, given_up = 0;
    for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 engine{seed};
        auto const      between = [&](std::uint32_t low, std::uint32_t high) {
            return low + static_cast<std::uint32_t>(engine() % (high - low + 1));
        };
        auto grid           = PhysicalGrid{};
        grid.usable_columns = between(1, 12);
        grid.usable_rows    = between(1, 12);
        grid.columns        = grid.usable_columns + between(0, 4);
        grid.rows           = grid.usable_rows + between(0, 4);
        auto       places   = std::set<Place>{};
        auto const defects  = between(0, grid.columns * grid.rows / 6 + 1);
        for (std::uint32_t i = 0; i < defects; ++i)
            places.insert({between(0, grid.columns - 1), between(0, grid.rows - 1)});
        auto map = DefectMap{};
        map.dead.assign(places.begin(), places.end());

        auto const plan  = repair(grid, map);
        auto const dense = dense_repair(grid, map);
        REQUIRE(plan.repairable == dense.repairable);
        REQUIRE(plan.dead == places.size());
        REQUIRE(plan.usable + plan.dead + plan.lost + plan.idle == grid.pes());
        REQUIRE(plan.repaired <= plan.dead);
        if (!plan.repairable) {
            ++refused;
            continue;
        }
        ++repaired;
        given_up += plan.rows_given_up > 0 ? 1 : 0;
        REQUIRE(plan.lost == dense.lost);
        REQUIRE(plan.pairs_at == dense.pairs_at);
    }
    CHECK(repaired > 1000);
    CHECK(refused > 500);
    CHECK(given_up > 200);
}
