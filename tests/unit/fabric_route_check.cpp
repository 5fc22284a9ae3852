// Programs whose wavelets would be lost are refused before the first cycle.
#include "configs/failure.hpp"
#include "fabric/route_check.hpp"
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

constexpr auto east = Direction::east, west = Direction::west, south = Direction::south, north = Direction::north,
               ramp = Direction::ramp;

} // namespace

TEST_CASE("a route that leads to a tile without a route for its color is refused")
{
    auto b = ProgramBuilder{3, 1}.route(0, 0, 5, ramp, ports({east})).route(1, 0, 5, ramp, ports({east}));
    b.route(2, 0, 5, west, ports({ramp}));
    auto const program = b.build();
    CHECK_THROWS_WITH(fabric::require_routes_join(program),
                      Catch::Contains("color 5 leaves the tile at (0, 0) to the east, where no route takes it"));
    auto const p = small_wafer(3, 1);
    CHECK_THROWS_AS((fabric::Mesh{program, p}), configs::SimulationFault);
}

TEST_CASE("a route that leads off the region is refused, on each side")
{
    struct Side {
        Direction     out;
        std::uint32_t x, y;
        char const*   words;
    };
    auto const side    = GENERATE(values<Side>({{north, 1, 0, "(1, 0) to the north"},
                                                {east, 2, 1, "(2, 1) to the east"},
                                                {south, 0, 2, "(0, 2) to the south"},
                                                {west, 0, 1, "(0, 1) to the west"}}));
    auto const program = ProgramBuilder{3, 3}.route(side.x, side.y, 0, ramp, ports({side.out})).build();
    CHECK_THROWS_WITH(fabric::require_routes_join(program),
                      Catch::Contains(side.words) && Catch::Contains("the region ends"));
}

TEST_CASE("routes of all switch positions count")
{
    auto b = ProgramBuilder{2, 2}.route(0, 0, 1, ramp, ports({east}), 0).route(0, 0, 1, south, ports({east}), 1);
    b.route(0, 1, 1, ramp, ports({north})).route(1, 0, 1, west, ports({ramp}));
    CHECK_NOTHROW(fabric::require_routes_join(b.build()));
    b.route(0, 1, 1, north, ports({east}), 1);
    CHECK_THROWS_WITH(fabric::require_routes_join(b.build()), Catch::Contains("(0, 1) to the east"));
}

TEST_CASE("the routes of a layer join")
{
    auto p             = machine("wse2");
    p.mapping.region   = GENERATE(values<configs::GridSize>({{16, 16}, {7, 30}, {40, 5}, {1, 9}, {9, 1}}));
    p.workload.context = 30;
    CHECK_NOTHROW(fabric::require_routes_join(decode_layer(p)));
}
