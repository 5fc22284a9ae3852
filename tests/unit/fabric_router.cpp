// Routers: latencies, copies, arbitration, credits, switches, link rate.
#include "configs/failure.hpp"
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::Mesh;
using fabric::WaveletEvent;

namespace {

constexpr auto north = Direction::north, east = Direction::east, south = Direction::south, west = Direction::west,
               ramp = Direction::ramp;

configs::Parameters timed(std::uint32_t hop, std::uint32_t ramps)
{
    auto p                = small_wafer(32, 32);
    p.fabric.hop_latency  = configs::FabricCycles{hop};
    p.fabric.ramp_latency = configs::FabricCycles{ramps};
    return p;
}

} // namespace

TEST_CASE("a wavelet takes exactly its latency on each ramp and each hop")
{
    auto const hop = GENERATE(1u, 2u, 5u), ramps = GENERATE(1u, 2u, 7u);
    auto const p = timed(hop, ramps);
    // East and south; west and north.
    struct Way {
        std::uint32_t x0, y0, x1, y1;
    };
    auto const way      = GENERATE(values<Way>({{0, 0, 4, 3}, {4, 3, 0, 0}, {1, 2, 2, 2}}));
    auto const distance = way.x0 < way.x1 ? way.x1 - way.x0 + way.y1 - way.y0 : way.x0 - way.x1 + way.y0 - way.y1;
    auto const program  = ProgramBuilder{5, 4}
                             .way(3, way.x0, way.y0, way.x1, way.y1)
                             .run(way.x0, way.y0, work(10))
                             .run(way.x0, way.y0, send(3, 1))
                             .run(way.x1, way.y1, receive(3, 1))
                             .build();
    Recorder recorder;
    Mesh     mesh{program, p, {}, &recorder};
    CHECK(mesh.run() == 10 + 1 + 2 * ramps + distance * hop + 1);

    auto const& e = recorder.events;
    REQUIRE(e.size() == distance + 2);
    CHECK(e.front().event == WaveletEvent::inject);
    CHECK(e.front().cycle == 10);
    for (std::size_t i = 1; i <= distance; ++i) {
        CHECK(e[i].event == WaveletEvent::hop);
        CHECK(e[i].pe == (i == 1 ? program.pe(way.x0, way.y0) : e[i - 1].to));
        CHECK(e[i].cycle == 10 + 1 + ramps + (i - 1) * hop);
    }
    CHECK(e.back().event == WaveletEvent::eject);
    CHECK(e.back().pe == program.pe(way.x1, way.y1));
    CHECK(e.back().cycle == 10 + 1 + 2 * ramps + distance * hop);
}

TEST_CASE("a scribe line takes a hop and its extra latency")
{
    auto const extra       = GENERATE(0u, 1u, 31u);
    auto       p           = small_wafer(4, 4, 2, 2);
    p.scribe.extra_latency = configs::FabricCycles{extra};
    auto const program = ProgramBuilder{4, 4}.way(0, 0, 0, 3, 3).run(0, 0, send(0, 1)).run(3, 3, receive(0, 1)).build();
    Mesh       mesh{program, p};
    CHECK(mesh.run() == 1 + 4 + 6 + 2 * extra + 1); // one scribe line along x, one along y
    CHECK(mesh.counters().crossings_sent == 2);
    CHECK(mesh.counters().hops == 4);
}

TEST_CASE("a router copies a wavelet to every port of its route")
{
    ProgramBuilder b{5, 5};
    b.payload(8);
    b.run(2, 2, send(1, 8)).route(2, 2, 1, ramp, ports({north, east, south, west}));
    for (std::uint32_t i = 0; i < 8; ++i)
        b.number(2, 2, i, static_cast<float>(i + 1));
    struct Arm {
        Direction    out;
        std::int32_t dx, dy;
    };
    for (auto const& arm : {Arm{north, 0, -1}, Arm{east, 1, 0}, Arm{south, 0, 1}, Arm{west, -1, 0}})
        for (std::int32_t n = 1; n <= 2; ++n) {
            auto const x = static_cast<std::uint32_t>(2 + n * arm.dx), y = static_cast<std::uint32_t>(2 + n * arm.dy);
            b.route(x, y, 1, workloads::opposite(arm.out), n == 1 ? ports({arm.out, ramp}) : ports({ramp}));
            // One of the eight is late: copies to the others must not wait for it longer than the queues bear.
            if (arm.out == east && n == 1)
                b.run(x, y, work(300));
            b.run(x, y, receive(1, 8));
        }
    auto const p       = small_wafer(5, 5);
    auto const program = b.build();
    Mesh       mesh{program, p};
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    auto const c = mesh.counters();
    CHECK(c.injected == 8);
    CHECK(c.delivered == 64);
    CHECK(c.forked == 56);
    CHECK(c.hops == 64);
    for (auto const& [x, y] : {std::pair{2u, 1u}, {2u, 0u}, {3u, 2u}, {4u, 2u}, {2u, 3u}, {2u, 4u}, {1u, 2u}, {0u, 2u}})
        for (std::uint32_t i = 0; i < 8; ++i)
            CHECK(mesh.sram(x, y, i) == static_cast<float>(i + 1));
}

TEST_CASE("colors that want the same port take turns")
{
    auto const     rivals = GENERATE(2u, 3u);
    std::uint32_t  length = 120;
    ProgramBuilder b{5, 3};
    // From west, north and south into (1, 1), and all of them out to the east; each to a PE of its own.
    b.way(0, 0, 1, 2, 1).run(0, 1, send(0, length)).run(2, 1, receive(0, length));
    b.route(1, 0, 1, ramp, ports({south})).route(1, 1, 1, north, ports({east})).route(2, 1, 1, west, ports({east}));
    b.route(3, 1, 1, west, ports({ramp})).run(1, 0, send(1, length)).run(3, 1, receive(1, length));
    if (rivals == 3) {
        b.route(1, 2, 2, ramp, ports({north})).route(1, 1, 2, south, ports({east})).route(2, 1, 2, west, ports({east}));
        b.route(3, 1, 2, west, ports({east})).route(4, 1, 2, west, ports({ramp}));
        b.run(1, 2, send(2, length)).run(4, 1, receive(2, length));
    }
    auto const program = b.build();
    auto const p       = small_wafer(5, 3);
    Recorder   recorder;
    Mesh       mesh{program, p, {}, &recorder};
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    auto const link =
        recorder.over(static_cast<std::uint32_t>(program.pe(1, 1)), static_cast<std::uint32_t>(program.pe(2, 1)));
    REQUIRE(link.size() == rivals * length);
    // Not one cycle is wasted, and while all still have wavelets every `rivals` in a row are of different colors.
    CHECK(link.back().cycle - link.front().cycle == rivals * length - 1);
    for (std::size_t i = 2 * rivals; i + 4 * rivals < link.size(); ++i)
        for (std::size_t j = 1; j < rivals; ++j)
            CHECK(link[i].color != link[i + j].color);
}

TEST_CASE("a full queue stops its sender, and nothing is lost")
{
    auto const depth           = GENERATE(1u, 2u, 5u, 16u);
    auto const hops            = GENERATE(1u, 4u);
    bool const scribe          = GENERATE(false, true);
    auto       p               = small_wafer(8, 1, scribe ? 4 : 1, 1);
    p.fabric.input_queue_depth = depth;
    constexpr std::uint32_t n  = 200;
    ProgramBuilder          b{8, 1};
    b.payload(n).way(0, 0, 0, hops, 0).run(0, 0, send(0, n)).run(hops, 0, work(1000)).run(hops, 0, receive(0, n));
    for (std::uint32_t i = 0; i < n; ++i)
        b.number(0, 0, i, static_cast<float>(i));
    auto const program = b.build();
    Recorder   recorder;
    Mesh       mesh{program, p, {}, &recorder};
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    // While the receiver works, exactly the queues fill: one at each tile of the way, and one behind the last ramp.
    auto const injected = recorder.of(WaveletEvent::inject);
    auto const early    = std::count_if(injected.begin(), injected.end(), [](auto const& e) { return e.cycle < 1000; });
    CHECK(static_cast<std::uint32_t>(early) == depth * (hops + 2));
    for (std::uint32_t i = 0; i < n; ++i)
        CHECK(mesh.sram(hops, 0, i) == static_cast<float>(i));
    auto const& account = mesh.all().front()->accounts().front();
    CHECK(account.stalled_out > 900 - depth * (hops + 2));
}

TEST_CASE("with queues of five a PE sends a wavelet each cycle over ramps of two")
{
    auto p                     = small_wafer(8, 1);
    p.fabric.input_queue_depth = GENERATE(4u, 5u);
    auto const program =
        ProgramBuilder{8, 1}.way(0, 0, 0, 7, 0).run(0, 0, send(0, 400)).run(7, 0, receive(0, 400)).build();
    Mesh       mesh{program, p};
    auto const cycles = mesh.run();
    if (p.fabric.input_queue_depth == 5)
        CHECK(cycles == 400 + 12);
    else
        CHECK(cycles > 480); // a credit comes back after five cycles
}

TEST_CASE("control wavelets advance the switches that they pass")
{
    // Three streams into one color at (1, 1): its own PE first, then from the west, then from the north.
    constexpr std::uint32_t n       = 12;
    bool const              control = GENERATE(true, false);
    auto const              last    = [&](Operation op) {
        op.control = control;
        return op;
    };
    ProgramBuilder b{3, 2};
    b.payload(3 * n);
    b.route(1, 1, 0, ramp, ports({east}), 0).route(1, 1, 0, west, ports({east}), 1);
    b.route(1, 1, 0, north, ports({east}), 2).route(2, 1, 0, west, ports({ramp}));
    b.route(0, 1, 0, ramp, ports({east})).route(1, 0, 0, ramp, ports({south}));
    b.run(1, 1, work(100)).run(1, 1, last(send(0, n)));
    b.run(0, 1, work(50)).run(0, 1, last(send(0, n)));
    b.run(1, 0, last(send(0, n))); // first to be ready, last to be served
    for (std::uint32_t i = 0; i < n; ++i)
        b.number(1, 1, i, 100).number(0, 1, i, 200).number(1, 0, i, 300);
    for (std::uint32_t s = 0; s < 3; ++s)
        b.run(2, 1, receive(0, n, -1, false, s * n));
    auto const program = b.build();
    auto const p       = small_wafer(3, 2);
    Mesh       mesh{program, p};
    if (!control) {
        CHECK_THROWS_AS(mesh.run(), configs::SimulationFault);
        return;
    }
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    for (std::uint32_t i = 0; i < 3 * n; ++i)
        CHECK(mesh.sram(2, 1, i) == static_cast<float>(100 * (i / n + 1)));
}

TEST_CASE("a link of 9/8 cycles a wavelet passes eight in nine cycles, for as long as it runs")
{
    auto const eighths          = GENERATE(8u, 9u, 12u, 16u, 21u);
    auto       p                = small_wafer(4, 1, GENERATE(1u, 2u), 1);
    p.fabric.link_serialisation = configs::FabricEighths{eighths};
    auto const program =
        ProgramBuilder{4, 1}.way(0, 0, 0, 3, 0).run(0, 0, send(0, 500)).run(3, 0, receive(0, 500)).build();
    Recorder   recorder;
    Mesh       mesh{program, p, {}, &recorder};
    auto const cycles = mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    // Down the last ramp, too, a wavelet waits for the one before; the last one's own time is not over.
    CHECK(cycles == 1 + 4 + 3 + 499 * eighths / 8 + 1);
    // Unwatched, a reticle takes a shorter way through its passes.
    CHECK(Mesh{program, p}.run() == cycles);
    for (std::uint32_t tile = 0; tile < 3; ++tile) {
        auto const link = recorder.over(tile, tile + 1);
        REQUIRE(link.size() == 500);
        for (std::size_t i = 0; i + 8 < link.size(); ++i)
            REQUIRE(link[i + 8].cycle - link[i].cycle == eighths);
        for (std::size_t i = 0; i + 1 < link.size(); ++i)
            REQUIRE(link[i + 1].cycle - link[i].cycle >= eighths / 8);
    }
}

TEST_CASE("an idle link does not save up time for later wavelets")
{
    auto p                      = small_wafer(2, 1);
    p.fabric.link_serialisation = configs::FabricEighths{32};
    auto const program          = ProgramBuilder{2, 1}
                             .way(0, 0, 0, 1, 0)
                             .run(0, 0, work(1000))
                             .run(0, 0, send(0, 3))
                             .run(1, 0, receive(0, 3))
                             .build();
    Recorder recorder;
    Mesh     mesh{program, p, {}, &recorder};
    mesh.run();
    auto const link = recorder.over(0, 1);
    REQUIRE(link.size() == 3);
    CHECK(link[1].cycle - link[0].cycle == 4);
    CHECK(link[2].cycle - link[1].cycle == 4);
}
