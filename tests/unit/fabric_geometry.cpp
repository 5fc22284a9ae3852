// Geometry: where scribe lines cut a region, and what does not fit.
#include "fabric/geometry.hpp"
#include "support/configs.hpp"
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using fabric::Geometry;

TEST_CASE("the reticles of a wafer share its usable grid out evenly")
{
    auto const&    p = tests::machine(GENERATE("wse2", "wse3", "small"));
    Geometry const whole{p.wafer, {p.wafer.columns, p.wafer.rows}};
    CHECK(whole.blocks_x() == p.wafer.reticle_columns);
    CHECK(whole.blocks_y() == p.wafer.reticle_rows);
    std::size_t   tiles   = 0;
    std::uint32_t next_x  = 0;
    std::uint32_t least_x = ~0u, most_x = 0;
    for (std::uint32_t gx = 0; gx < whole.blocks_x(); ++gx) {
        auto const b = whole.block(gx, 0);
        CHECK(b.x0 == next_x);
        next_x  = b.x1;
        least_x = std::min(least_x, b.width());
        most_x  = std::max(most_x, b.width());
        for (std::uint32_t gy = 0; gy < whole.blocks_y(); ++gy)
            tiles += whole.block(gx, gy).tiles();
    }
    CHECK(next_x == p.wafer.columns);
    CHECK(most_x - least_x <= 1);
    CHECK(tiles == std::size_t{p.wafer.columns} * p.wafer.rows);
}

TEST_CASE("a boundary lies at the rounded multiple of the reticle's width")
{
    auto p                  = tests::machine("wse2").wafer; // 750 columns by 12 reticles: 62.5 each
    p.rows                  = 10;
    p.reticle_rows          = 3; // 3.33 each
    Geometry const geometry = {p, {200, 10}};
    REQUIRE(geometry.blocks_x() == 4);
    CHECK(geometry.block(0, 0).x1 == 63);
    CHECK(geometry.block(1, 0).x1 == 125);
    CHECK(geometry.block(2, 0).x1 == 188);
    CHECK(geometry.block(3, 0).x1 == 200); // the region ends within the reticle
    REQUIRE(geometry.blocks_y() == 3);
    CHECK(geometry.block(0, 0).y1 == 3);
    CHECK(geometry.block(0, 1).y1 == 7);
    CHECK(geometry.block(0, 2).y1 == 10);
}

TEST_CASE("reticles are numbered row by row over the wafer, not over the region")
{
    Geometry const geometry{tests::machine("wse2").wafer, {130, 150}};
    CHECK(geometry.blocks_x() == 3);
    CHECK(geometry.blocks_y() == 2);
    CHECK(geometry.reticle_of(0, 0) == 0);
    CHECK(geometry.reticle_of(63, 0) == 1);
    CHECK(geometry.reticle_of(129, 0) == 2);
    CHECK(geometry.reticle_of(0, 149) == 12); // 142 rows a reticle
    CHECK(geometry.reticle_of(62, 141) == 0);
    CHECK(geometry.block(1, 1).grid_x == 1);
    CHECK(geometry.block(1, 1).grid_y == 1);
}

TEST_CASE("a region that lies elsewhere on the wafer has the reticles that it lies on")
{
    auto wafer    = tests::machine("wse2").wafer;
    wafer.columns = 40, wafer.rows = 20; // 4 x 2 reticles of 10 x 10 PEs
    wafer.reticle_columns = 4, wafer.reticle_rows = 2;
    Geometry const geometry{wafer, {15, 5}, {12, 9}}; // columns 12 to 26, rows 9 to 13
    CHECK(geometry.reticle_of(0, 0) == 1);
    CHECK(geometry.reticle_of(7, 0) == 1);
    CHECK(geometry.reticle_of(8, 0) == 2);
    CHECK(geometry.reticle_of(0, 1) == 4 + 1);
    CHECK(geometry.reticle_of(14, 4) == 4 + 2);
}

TEST_CASE("crossings count the scribe lines between two positions, both ways alike")
{
    Geometry const geometry{tests::machine("wse2").wafer, {420, 420}};
    CHECK(geometry.crossings_x(0, 62) == 0);
    CHECK(geometry.crossings_x(62, 63) == 1);
    CHECK(geometry.crossings_x(0, 419) == 6);
    CHECK(geometry.crossings_x(419, 0) == 6);
    CHECK(geometry.crossings_y(0, 419) == 2);
    CHECK(geometry.crossings_y(284, 283) == 1);
}

TEST_CASE("a region that is larger than the wafer is refused with the largest one that fits")
{
    auto const wafer   = tests::machine("wse2").wafer;
    auto const region  = GENERATE(values<configs::GridSize>({{751, 10}, {10, 995}, {1000, 1000}, {0, 5}, {5, 0}}));
    auto const refusal = tests::refusal_of([&] { return Geometry{wafer, region}; });
    CHECK(refusal.code == configs::Exit::bad_config);
    CHECK_THAT(refusal.text, Catch::Contains("mapping.region = " + std::to_string(region.columns) + "x"));
    CHECK_THAT(refusal.text, Catch::Contains("750x994"));
}

TEST_CASE("one PE is a region")
{
    Geometry const geometry{tests::machine("wse3").wafer, {1, 1}};
    CHECK(geometry.blocks_x() == 1);
    CHECK(geometry.blocks_y() == 1);
    CHECK(geometry.block(0, 0).tiles() == 1);
}

TEST_CASE("a wafer with more reticles than tiles has tiles that stand alone")
{
    auto p            = tests::machine("small").wafer;
    p.columns         = 4;
    p.rows            = 2;
    p.reticle_columns = 4;
    p.reticle_rows    = 2;
    Geometry const geometry{p, {4, 2}};
    CHECK(geometry.blocks_x() == 4);
    CHECK(geometry.blocks_y() == 2);
    CHECK(geometry.reticle_of(3, 1) == 7);
}
