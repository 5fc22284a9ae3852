// Is anything created or lost? Books balance under any load, and each of them notices what it is there to notice.
#include "support/fabric_programs.hpp"
#include "workloads/mapping/line_program.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::Fault;
using fabric::Mesh;

namespace {

// Streams over scribe lines both ways, and within each reticle.
Program crossing_program()
{
    ProgramBuilder b{8, 2};
    b.way(0, 0, 0, 7, 1).run(0, 0, work(5)).run(0, 0, send(0, 60)).run(7, 1, receive(0, 60));
    b.way(1, 7, 0, 0, 1).run(7, 0, send(1, 60)).run(0, 1, receive(1, 60));
    return b.build();
}

std::string books_after(Fault fault)
{
    auto const p       = small_wafer(8, 2, 2, 1);
    auto const program = crossing_program();
    Mesh       mesh{program, p, fault};
    mesh.run_until_quiet();
    return unbalanced(mesh.books());
}

bool has(std::string const& names, std::string const& name)
{
    return (", " + names + ",").find(", " + name + ",") != std::string::npos;
}

} // namespace

TEST_CASE("books balance on random traffic")
{
    auto const seed             = GENERATE(range(1, 41));
    auto       p                = small_wafer(9, 7, 1 + seed % 4, 1 + seed % 3);
    p.fabric.input_queue_depth  = 1 + static_cast<std::uint32_t>(seed) % 7;
    p.fabric.hop_latency        = configs::FabricCycles{1 + static_cast<std::uint64_t>(seed) % 2};
    p.fabric.link_serialisation = configs::FabricEighths{8 + static_cast<std::uint64_t>(seed) % 3};
    p.scribe.extra_latency      = configs::FabricCycles{static_cast<std::uint64_t>(seed) % 5};
    auto const traffic          = random_traffic(9, 7, 20, static_cast<std::uint64_t>(seed));
    Mesh       mesh{traffic.program, p};
    mesh.run();
    CAPTURE(seed);
    CHECK(unbalanced(mesh.books()) == "");
    auto const c = mesh.counters();
    CHECK(c.injected == traffic.injected);
    CHECK(c.delivered == traffic.delivered);
    CHECK(c.crossings_sent == c.crossings_received);
    // Nothing is left behind: every wavelet was for somebody.
    for (auto const* r : mesh.all())
        CHECK(r->in_flight() == 0);
}

TEST_CASE("without a fault the books balance, so that the faults below are what unbalances them")
{
    CHECK(books_after({}) == "");
}

TEST_CASE("a wavelet lost on a hop unbalances the books of wavelets and of credits")
{
    auto const block = GENERATE(0u, 1u);
    auto const count = GENERATE(as<std::uint64_t>(), 1, 17, 100);
    auto const names = books_after({Fault::Kind::lose_hop, block, count});
    CAPTURE(block, count, names);
    CHECK(has(names, "wavelets"));
    CHECK(has(names, "credits"));
    CHECK_FALSE(has(names, "scribe lines"));
    CHECK_FALSE(has(names, "PE cycles"));
}

TEST_CASE("a wavelet lost on a scribe line unbalances the book of scribe lines as well")
{
    auto const block = GENERATE(0u, 1u);
    auto const count = GENERATE(as<std::uint64_t>(), 1, 30);
    auto const names = books_after({Fault::Kind::lose_crossing, block, count});
    CAPTURE(block, count, names);
    CHECK(has(names, "scribe lines"));
    CHECK(has(names, "wavelets"));
    CHECK(has(names, "credits"));
}

TEST_CASE("a lost credit unbalances the book of credits, and no other")
{
    auto const block = GENERATE(0u, 1u);
    auto const count = GENERATE(as<std::uint64_t>(), 1, 2, 50, 200);
    CAPTURE(block, count);
    CHECK(books_after({Fault::Kind::lose_credit, block, count}) == "credits");
}

TEST_CASE("a stall that nobody books unbalances the cycles of the PEs, and nothing else")
{
    auto const block = GENERATE(0u, 1u);
    CAPTURE(block);
    CHECK(books_after({Fault::Kind::forget_stall, block, 1}) == "PE cycles");
}

TEST_CASE("a fault that never comes to pass changes nothing")
{
    auto const kind = GENERATE(Fault::Kind::lose_hop, Fault::Kind::lose_crossing, Fault::Kind::lose_credit,
                               Fault::Kind::forget_stall);
    CHECK(books_after({kind, 0, 1'000'000}) == "");
    CHECK(books_after({kind, 7, 1}) == ""); // no such reticle
}

TEST_CASE("each book notices its fault in a whole layer, with control wavelets and multicast")
{
    auto p             = machine("small");
    p.mapping.region   = {20, 18};
    p.workload.context = 40;
    auto const program = decode_layer(p);
    auto const names   = [&](Fault fault) {
        Mesh mesh{program, p, fault};
        mesh.run_until_quiet();
        return unbalanced(mesh.books());
    };
    CHECK(names({}) == "");
    CHECK(has(names({Fault::Kind::lose_hop, 1, 500}), "wavelets"));
    CHECK(has(names({Fault::Kind::lose_crossing, 0, 20}), "scribe lines"));
    CHECK(has(names({Fault::Kind::lose_credit, 2, 300}), "credits"));
    CHECK(has(names({Fault::Kind::forget_stall, 3, 10}), "PE cycles"));
}

TEST_CASE("a lost wavelet is a deadlock that names the PE that waits for it")
{
    auto const program =
        ProgramBuilder{4, 1}.way(2, 0, 0, 3, 0).run(0, 0, send(2, 9)).run(3, 0, receive(2, 9, -3)).build();
    auto const p = small_wafer(4, 1);
    Mesh       mesh{program, p, {Fault::Kind::lose_hop, 0, 4}};
    CHECK_THROWS_WITH(mesh.run(), Catch::Contains("deadlock") &&
                                      Catch::Contains("PE (3, 0) waits in `all` for wavelet 9 of 9 of color 2 from PE "
                                                      "(0, 0)"));
}

TEST_CASE("a vector longer than the queues does not block an all-reduce")
{
    // The root keeps the sum before it sends it out; were it to send while it receives, this would stop.
    auto p                     = small_wafer(15, 1);
    p.fabric.input_queue_depth = GENERATE(1u, 5u);
    workloads::LineCollective const line{workloads::Axis::x, workloads::centred_two_level(15, 3), 0};
    auto const                      program =
        workloads::line_program(line, workloads::LineStage::all_reduce, {2000}, workloads::StreamCosts::prepared());
    Mesh mesh{program, p};
    CHECK_NOTHROW(mesh.run());
    CHECK(unbalanced(mesh.books()) == "");
}
