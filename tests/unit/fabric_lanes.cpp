// Lanes: how colors become queues, and programs that no router could hold.
#include "configs/failure.hpp"
#include "fabric/lanes.hpp"
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::Lanes;
using fabric::no_lane;

namespace {

constexpr auto north = Direction::north, east = Direction::east, south = Direction::south, west = Direction::west,
               ramp = Direction::ramp;

void check_refused(ProgramBuilder const& builder, std::string const& why, std::uint32_t colors = 24,
                   std::uint32_t positions = 4)
{
    auto const program = builder.build();
    CHECK_THROWS_WITH((Lanes{program, colors, positions}), Catch::Contains(why));
    CHECK_THROWS_AS((Lanes{program, colors, positions}), configs::SimulationFault);
}

} // namespace

TEST_CASE("every color and side that wavelets come from is a lane, and every color that lands has a landing lane")
{
    auto const  program = ProgramBuilder{3, 1}.way(4, 0, 0, 2, 0).way(7, 2, 0, 0, 0).build();
    Lanes const lanes{program, 24, 4};
    CHECK(lanes.routers() == 4); // two colors, each from a ramp and from one side
    CHECK(lanes.all() == 6);
    auto const up = lanes.lane(4, ramp), on = lanes.lane(4, west), back = lanes.lane(7, east);
    REQUIRE(up != no_lane);
    REQUIRE(on != no_lane);
    REQUIRE(back != no_lane);
    CHECK(lanes.lane(4, north) == no_lane);
    CHECK(lanes.color(back) == 7);
    CHECK(lanes.in(on) == west);
    CHECK(lanes.target(up, east) == on);
    CHECK(lanes.target(on, east) == on);
    CHECK(lanes.target(on, ramp) == lanes.landing(4));
    CHECK(lanes.landing(4) >= lanes.routers());
    CHECK(lanes.landing(4) != lanes.landing(7));
    CHECK(lanes.mask(4) == ((std::uint64_t{1} << up) | (std::uint64_t{1} << on)));
    CHECK_FALSE(lanes.switched(4));
    CHECK(lanes.switches() == 0);
    // By class: the PE at 1 passes on what comes from the west, and takes nothing from its own ramp.
    CHECK(lanes.routes(1)[on].outs == ports({east}));
    CHECK(lanes.routes(1)[up].outs == 0);
    CHECK(lanes.routes(2)[on].outs == ports({ramp}));
}

TEST_CASE("a color with positions is switched, up to the last position of each tile")
{
    ProgramBuilder b{2, 1};
    b.route(0, 0, 1, ramp, ports({east}), 0).route(0, 0, 1, north, ports({east}), 1);
    b.route(0, 0, 1, south, ports({east}), 2).route(1, 0, 1, west, ports({ramp})).route(1, 0, 2, ramp, ports({west}));
    b.route(0, 0, 2, east, ports({ramp}));
    auto const  program = b.build();
    Lanes const lanes{program, 24, 4};
    CHECK(lanes.switched(1));
    CHECK_FALSE(lanes.switched(2));
    CHECK(lanes.switches() == 1);
    CHECK(lanes.last_position(0, 1) == 2);
    CHECK(lanes.last_position(1, 1) == 0);
    CHECK(lanes.routes(0)[lanes.lane(1, south)].position == 2);
}

TEST_CASE("a color cannot have two inputs or two sets of outputs at one position of a tile")
{
    ProgramBuilder two_inputs{2, 2};
    two_inputs.route(0, 0, 3, east, ports({ramp})).route(0, 0, 3, south, ports({ramp}));
    check_refused(two_inputs, "color 3 has two routes, or none, at switch position 0");
    ProgramBuilder two_outputs{2, 2};
    two_outputs.route(0, 0, 3, ramp, ports({east})).route(0, 0, 3, ramp, ports({south}));
    check_refused(two_outputs, "color 3 has two routes");
    ProgramBuilder no_output{2, 2};
    no_output.route(0, 0, 3, ramp, 0);
    check_refused(no_output, "color 3 has two routes, or none");
}

TEST_CASE("a router has only so many colors and switch positions")
{
    ProgramBuilder color{2, 1};
    color.route(0, 0, 8, ramp, ports({east})).route(1, 0, 8, west, ports({ramp}));
    check_refused(color, "uses color 8 at switch position 0, but a router has 8 colors", 8);
    CHECK_NOTHROW(Lanes{color.build(), 9, 4});
    check_refused(color, "color 8", 40, 0);
    ProgramBuilder beyond{2, 1}; // a wavelet's tag has five bits, whatever the configuration says
    beyond.route(0, 0, 32, ramp, ports({east}));
    check_refused(beyond, "color 32", 64);
    ProgramBuilder position{2, 1};
    position.route(0, 0, 0, ramp, ports({east}), 4);
    check_refused(position, "switch position 4", 24, 4);
}

TEST_CASE("a tile has at most 64 lanes")
{
    ProgramBuilder b{3, 3};
    Color          c = 0;
    for (; c < 16; ++c) // four sides each: 64
        b.route(1, 0, c, south, ports({ramp}))
            .route(0, 1, c, east, ports({ramp}))
            .route(1, 2, c, north, ports({ramp}))
            .route(2, 1, c, west, ports({ramp}));
    CHECK_NOTHROW(Lanes{b.build(), 24, 4});
    b.route(0, 0, c, ramp, ports({east}));
    check_refused(b, "needs 65 lanes, and a tile has 64");
}
