// What scribe lines add to a packet that is alone, by counting who crosses them.
#include "fabric/traffic/study.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::fabric;

namespace {

TrafficParams quick(Pattern pattern)
{
    auto params         = TrafficParams{};
    params.mesh.columns = params.mesh.rows = 4;
    params.pattern                         = pattern;
    params.warm_up                         = 500;
    params.window                          = 2000;
    params.windows                         = 5;
    return params;
}

} // namespace

TEST_CASE(
    "a scribe line in the middle adds its cycles to half of all packets that go anywhere, and to all that must cross")
{
    auto plain = quick(Pattern::uniform), cut = plain;
    cut.mesh.columns_cut = {{1, 10, 1}}; // between columns 1 and 2: half of all pairs lie on two sides
    auto const without = measure(plain, 0.01), with = measure(cut, 0.01);
    CHECK(with.zero_load - without.zero_load == Approx(5));
    CHECK(*with.mean - *without.mean == Approx(5).epsilon(0.05));

    auto all             = quick(Pattern::bit_complement); // (x, y) to (3 - x, 3 - y): everybody crosses
    all.mesh.columns_cut = {{1, 10, 1}};
    all.mesh.rows_cut    = {{1, 4, 1}};
    auto const crossed   = measure(all, 0.01);
    CHECK(crossed.zero_load - measure(quick(Pattern::bit_complement), 0.01).zero_load == Approx(14));
    CHECK(*crossed.mean == Approx(crossed.zero_load).epsilon(0.02));
}

TEST_CASE("on a torus who has the shorter way around the end does not cross the middle")
{
    auto plain           = quick(Pattern::bit_complement);
    plain.mesh.torus     = true;
    plain.mesh.channels  = 2;
    auto cut             = plain;
    cut.mesh.columns_cut = {{1, 10, 1}}; // from column 1 to 2 and back; 0 and 3 are neighbours around the end
    auto const without = measure(plain, 0.01), with = measure(cut, 0.01);
    CHECK(with.zero_load - without.zero_load == Approx(5));
    CHECK(*with.mean - *without.mean == Approx(5).epsilon(0.05));
}

TEST_CASE("a study without loads goes up to the bound, and finds a saturation below it")
{
    auto const study = study_traffic("4x4", quick(Pattern::uniform), {}, false);
    REQUIRE(study.points.size() == 10);
    CHECK(study.bound == 1); // a quarter of 16 nodes crosses 4 links of the middle cut
    CHECK(study.points.back().offered == Approx(study.bound));
    REQUIRE(study.saturation);
    CHECK(*study.saturation < study.bound);
    CHECK(*study.saturation > 0.5 * study.bound);
    for (auto const& column : traffic_columns())
        CHECK((column.of(study.points.front()) >= 0 && column.units[0] != 0));
}
