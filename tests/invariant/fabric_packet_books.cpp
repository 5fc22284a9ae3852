// Nothing is created or lost in a packet mesh, below and beyond saturation, for any routing.
#include "configs/failure.hpp"
#include "fabric/traffic/experiment.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::fabric;

namespace {

TrafficParams small(Routing routing, std::uint32_t channels, std::uint32_t flits)
{
    auto params                  = TrafficParams{};
    params.mesh.columns          = 6;
    params.mesh.rows             = 6;
    params.mesh.channels         = channels;
    params.mesh.depth            = 4;
    params.mesh.flits_per_packet = flits;
    params.mesh.routing          = routing;
    params.warm_up               = 200;
    params.window                = 100;
    return params;
}

} // namespace

TEST_CASE("packets, flits and credits of a mesh balance under any load")
{
    auto const routing =
        GENERATE(Routing::xy, Routing::yx, Routing::o1turn, Routing::west_first, Routing::adaptive);
    auto const channels = GENERATE(2u, 3u);
    auto const flits    = GENERATE(1u, 3u);
    auto const rate     = GENERATE(0.05, 0.9);
    auto const pattern  = GENERATE(Pattern::uniform, Pattern::transpose, Pattern::hotspot);
    auto       params   = small(routing, channels, flits);
    params.pattern      = pattern;
    auto const point    = measure(params, rate);
    CAPTURE(name_of(routing), channels, flits, rate, name_of(pattern));
    for (auto const& entry : point.books.entries) {
        CAPTURE(entry.name, entry.left_value, entry.right_value);
        CHECK(entry.left_value > 0);
        CHECK(entry.balanced());
    }
}

TEST_CASE("the same seed gives the same state, and another one does not")
{
    auto const hash = [](std::uint64_t seed) {
        auto params = small(Routing::xy, 1, 1);
        params.seed = seed;
        return measure(params, 0.2).state_hash;
    };
    CHECK(hash(1) == hash(1));
    CHECK(hash(1) != hash(2));
}

TEST_CASE("scribe lines on a packet mesh keep the books, and more of their latency never makes a packet sooner")
{
    auto last = 0.0;
    for (auto const extra : {0u, 1u, 4u, 16u}) {
        auto params             = small(Routing::xy, 2, 2);
        params.mesh.columns_cut = {{2, extra, 2}};
        params.mesh.rows_cut    = {{2, extra, 2}};
        auto const point        = measure(params, 0.05);
        for (auto const& entry : point.books.entries)
            CHECK(entry.balanced());
        REQUIRE(point.mean);
        CHECK(*point.mean > last);
        last = *point.mean;
    }
}

TEST_CASE("routing that lets packets wait for each other in a circle is found out, and the circle is told")
{
    auto params         = small(Routing::unsafe, 1, 4);
    params.mesh.depth   = 2;
    auto const deadlock = [&] { measure(params, 0.5); };
    CHECK_THROWS_WITH(deadlock(), Catch::Contains("wait for each other in a circle") && Catch::Contains("a packet from ("));
    params.mesh.routing  = Routing::adaptive; // the same, with a way out
    params.mesh.channels = 2;
    CHECK_NOTHROW(deadlock());
}
