// Which PE of a repaired wafer stands for which of the mesh, against the repair that counts; and folds of repaired
// regions against every wavelet of them.
#include "fabric/fold.hpp"
#include "fabric/yield/placement.hpp"
#include "fabric/yield/repair.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/steps.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace scribeline;
using namespace scribeline::fabric;

TEST_CASE("a mesh stands on PEs that work, each once, and its longer links are those that the repair counts")
{
    std::uint32_t repaired = 0, longer_links = 0;
    for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
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
        auto const defects  = between(0, grid.columns * grid.rows / 10 + 1);
        for (std::uint32_t i = 0; i < defects; ++i)
            places.insert({between(0, grid.columns - 1), between(0, grid.rows - 1)});
        auto map = DefectMap{};
        map.dead.assign(places.begin(), places.end());
        auto const plan = repair(grid, map);
        if (!plan.repairable)
            continue;
        ++repaired;
        Placement const placement{grid, map};
        auto const      longer = placement.longer_hops(3);
        auto            taken  = std::set<Place>{};
        auto            pairs  = std::vector<std::uint64_t>(plan.pairs_at.size());
        for (std::uint32_t y = 0; y < grid.usable_rows; ++y)
            for (std::uint32_t x = 0; x < grid.usable_columns; ++x) {
                auto const at = placement.at(x, y);
                REQUIRE(places.count(at) == 0);
                REQUIRE(taken.insert(at).second);
                REQUIRE((at.x < grid.columns && at.y < grid.rows));
                if (x + 1 < grid.usable_columns)
                    ++pairs.at(1 + longer.east(x, y) / 3);
                if (y + 1 < grid.usable_rows)
                    ++pairs.at(1 + longer.south(x, y) / 3);
            }
        REQUIRE(pairs == plan.pairs_at);
        longer_links += static_cast<std::uint32_t>(plan.longer_pairs());
    }
    CHECK(repaired > 700);
    CHECK(longer_links > 1000);
}

TEST_CASE("where links are longer by column and by row alone, a folded layer is that of every wavelet; otherwise none")
{
    auto p             = tests::small_wafer(14, 12, 3, 2);
    p.mapping.region   = {14, 12};
    p.workload.context = 40;
    auto const step    = workloads::decode_step(workloads::read_model("tiny"), p.workload);
    auto const layer   = workloads::map_decode_layer(step, p);
    auto const fold    = [&](LongerHops const& longer) {
        workloads::RegionLines const lines{layer.layout, p};
        Fold                         folded{p.mapping.region, p, {}, std::make_shared<LineCache>(), &longer};
        folded.run(layer_steps(step, 0, workloads::LayerPart::all, layer.layout, &lines, p), lines);
        return folded.now();
    };
    std::uint32_t equal = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 engine{seed};
        LongerHops      longer{14, 12};
        for (std::uint32_t x = 0; x + 1 < 14; ++x)
            for (std::uint32_t y = 0, more = engine() % 4 == 0 ? 1 + static_cast<std::uint32_t>(engine() % 9) : 0;
                 y < 12; ++y)
                longer.set_east(x, y, more);
        for (std::uint32_t y = 0; y + 1 < 12; ++y)
            for (std::uint32_t x = 0, more = engine() % 4 == 0 ? 1 + static_cast<std::uint32_t>(engine() % 9) : 0;
                 x < 14; ++x)
                longer.set_south(x, y, more);
        try {
            auto const cycles = fold(longer);
            Mesh       mesh{layer.program, p, {}, nullptr, {}, &longer};
            REQUIRE(mesh.run() == cycles);
            ++equal;
        } catch (NotFoldable const&) {
        }
    }
    CHECK(equal > 10);
    LongerHops one{14, 12};
    one.set_east(3, 4, 2);
    CHECK_THROWS_AS(fold(one), NotFoldable);
    CHECK_THROWS_WITH(fold(one), Catch::Contains("repair has made links of some rows longer"));
}
