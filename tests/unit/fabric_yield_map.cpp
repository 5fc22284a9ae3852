// Where defects are: drawn, and read from a file.
#include "configs/schema/resolve.hpp"
#include "fabric/yield/defect_map.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace scribeline;
using namespace scribeline::fabric;
using Catch::Matchers::Contains;
using tests::refusal_of;

namespace {

// 12x10 PEs of 1 mm2 in 2x2 reticles, 8x7 of them usable.
PhysicalGrid const grid{12, 10, 8, 7, 2, 2};

configs::YieldParams params()
{
    auto yield                 = configs::default_parameters().yield;
    yield.defect_density.value = 0.1;
    yield.wafer_area.value     = 120;
    yield.core_area.value      = 1;
    yield.crossing_area.value  = 0;
    return yield;
}

} // namespace

TEST_CASE("the spares are the physical grid beyond the usable one")
{
    auto const p    = configs::machine_parameters("wse3");
    auto const wse3 = physical_grid(p.wafer, p.yield);
    CHECK(wse3.columns == 792);
    CHECK(wse3.rows == 1225);
    CHECK(wse3.usable() == 896112);
    CHECK(wse3.spare_columns() == 30);
    CHECK(wse3.spare_rows() == 49);
    CHECK(wse3.pes() == Approx(970000).epsilon(0.001)); // the vendor's count
    // One mask prints every reticle.
    CHECK(wse3.columns % wse3.reticle_columns == 0);
    CHECK(wse3.rows % wse3.reticle_rows == 0);
}

TEST_CASE("the same seed draws the same defects on every platform")
{
    auto const map = draw_defects(grid, params(), configs::SplitMix64{7});
    CHECK(map.dead == draw_defects(grid, params(), configs::SplitMix64{7}).dead);
    // Written down from one platform; a change here changes every published figure.
    CHECK(map.dead == std::vector<Place>{{1, 0}, {8, 1}, {8, 2}, {1, 4}, {1, 6}, {6, 6}});
    CHECK(map.on_reticle == std::vector<std::uint32_t>{2, 2, 1, 1});
    CHECK_FALSE(map.dead == draw_defects(grid, params(), configs::SplitMix64{8}).dead);
}

TEST_CASE("no defects where their density is zero, and none hits where PEs take no area")
{
    auto yield                 = params();
    yield.defect_density.value = 0;
    auto const clean           = draw_defects(grid, yield, configs::SplitMix64{1});
    CHECK(clean.defects() == 0);
    CHECK(clean.dead.empty());
    CHECK(clean.reticles_without() == 4);
    yield.defect_density.value = 1;
    yield.core_area.value      = 1e-6;
    auto const harmless        = draw_defects(grid, yield, configs::SplitMix64{1});
    CHECK(harmless.defects() > 50);
    CHECK(harmless.dead.empty());
}

TEST_CASE("a defect on a link over a scribe line kills the PE on its west or north")
{
    auto yield                 = params();
    yield.defect_density.value = 1;
    yield.core_area.value      = 1e-6;
    yield.crossing_area.value  = 2; // eleven or fewer links on 30 mm2
    auto const map             = draw_defects(grid, yield, configs::SplitMix64{3});
    REQUIRE(map.dead.size() > 10);
    for (auto const place : map.dead) {
        CAPTURE(place.x, place.y);
        CHECK((place.x == 5 || place.y == 4));
    }
    // Towards both sides.
    CHECK(std::any_of(map.dead.begin(), map.dead.end(), [](Place p) { return p.x == 5 && p.y != 4; }));
    CHECK(std::any_of(map.dead.begin(), map.dead.end(), [](Place p) { return p.y == 4 && p.x != 5; }));
    yield.crossing_area.value = 3;
    auto const refused        = refusal_of([&] { draw_defects(grid, yield, configs::SplitMix64{3}); });
    CHECK(refused.code == configs::Exit::bad_config);
    CHECK_THAT(refused.text, Contains("yield.crossing_area = 3 mm2: 11 links") && Contains("of the 30 mm2"));
}

TEST_CASE("a map is read from a file: the physical grid, then places, with comments and in any order")
{
    auto const folder = tests::TemporaryFolder{};
    auto const map = read_defects(folder.write("w.txt", "# from a test\r\n\n12x10\n11 9\n 0\t0 \r\n5 4\n0 0\n"), grid);
    CHECK(map.dead == std::vector<Place>{{0, 0}, {5, 4}, {11, 9}});
    CHECK(map.defects() == 4); // two on one PE
    CHECK(map.on_reticle == std::vector<std::uint32_t>{3, 0, 0, 1});
    CHECK(read_defects(folder.write("clean.txt", "12x10"), grid).dead.empty());
}

TEST_CASE("what is wrong with a map is told with file, line and value")
{
    auto const folder = tests::TemporaryFolder{};
    auto const said   = [&](std::string const& text) {
        auto const refused = refusal_of([&] { read_defects(folder.write("w.txt", text), grid); });
        CHECK(refused.code == configs::Exit::bad_config);
        return refused.text;
    };
    CHECK_THAT(said("10x12\n"), Contains("w.txt:1: error: a map of 10x12 PEs, but the machine has 12x10"));
    CHECK_THAT(said("12x10\n\n12 9\n"), Contains("w.txt:3: error: the place 12 9 lies outside of 12x10 PEs"));
    CHECK_THAT(said("12x10\n0 10\n"), Contains("w.txt:2: error: the place 0 10 lies outside"));
    CHECK_THAT(said("12x10\n-1 3\n"), Contains("w.txt:2: error: expected a place 'x y'") && Contains("'-1 3'"));
    CHECK_THAT(said("12x10\n1\n"), Contains("w.txt:2: error: expected a place"));
    CHECK_THAT(said("12x10\n1 2 3\n"), Contains("w.txt:2: error: expected a place"));
    CHECK_THAT(said("1 2\n"), Contains("w.txt:1: error: expected the physical grid, here 12x10"));
    CHECK_THAT(said("# nothing\n"), Contains("no defect map"));
    CHECK_THAT(said(""), Contains("no defect map"));
    CHECK_THAT(said("\xef\xbb\xbf" + std::string{"12x10\n0 10\n"}), Contains("the place 0 10 lies outside"));
    auto const endless = refusal_of([&] { read_defects("/dev/zero", grid); });
    CHECK(endless.code == configs::Exit::bad_config);
    CHECK_THAT(endless.text, Contains("/dev/zero: error: larger than 64 MiB, which no defect map is"));
    auto const missing = refusal_of([&] { read_defects(folder / "none.txt", grid); });
    CHECK(missing.code == configs::Exit::no_input);
    CHECK_THAT(missing.text, Contains("none.txt: error: cannot be read"));
}
