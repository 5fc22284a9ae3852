// Every PE of a repaired wafer is counted once, and every pair of neighbours.
#include "configs/schema/resolve.hpp"
#include "fabric/yield/repair.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::fabric;

TEST_CASE("usable, dead, lost and idle PEs are the physical grid, whatever the defects")
{
    std::uint32_t refused = 0, given_up = 0, whole = 0;
    for (auto const* machine : {"wse2", "wse3", "small"}) {
        auto       p    = configs::machine_parameters(machine);
        auto const grid = physical_grid(p.wafer, p.yield);
        for (double const on_grid : {1.0, 40.0, 2000.0, 20000.0, 60000.0})
            for (double const alpha : {0.1, 1.0, 1e6}) {
                p.yield.defect_density.value = on_grid / p.yield.wafer_area.value;
                p.yield.clustering.alpha     = alpha;
                auto const map               = draw_defects(grid, p.yield, configs::SplitMix64{17});
                auto const plan              = repair(grid, map);
                CAPTURE(machine, on_grid, alpha, plan.dead, plan.rows_given_up);
                CHECK(plan.usable + plan.dead + plan.lost + plan.idle == grid.pes());
                CHECK(plan.dead == map.dead.size());
                CHECK(plan.dead <= map.defects());
                CHECK(plan.repaired <= plan.dead);
                CHECK(plan.usable == (plan.repairable ? grid.usable() : 0));
                auto const across = std::uint64_t{grid.usable_columns - 1} * grid.usable_rows;
                auto const along  = std::uint64_t{grid.usable_columns} * (grid.usable_rows - 1);
                CHECK(plan.pairs() == (plan.repairable ? across + along : 0));
                refused += plan.repairable ? 0 : 1;
                given_up += plan.repairable && plan.rows_given_up > 0 ? 1 : 0;
                whole += plan.repairable && plan.rows_given_up == 0 ? 1 : 0;
            }
    }
    CHECK(refused > 0);
    CHECK(given_up > 0);
    CHECK(whole > 0);
}
