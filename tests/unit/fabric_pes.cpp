// PEs: cycles by state, streams at the rate of the datapath, tasks that wavelets start, and where the time went.
#include "configs/failure.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/mapping/line_program.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::Mesh;

namespace {

fabric::PeAccount account(Mesh const& mesh, std::size_t tile) { return mesh.all().front()->accounts()[tile]; }

std::uint64_t cause(fabric::Blame const& blame, fabric::Cause what)
{
    return blame.cycles[static_cast<std::size_t>(what)];
}

} // namespace

TEST_CASE("local work is set-up, arithmetic and memory, and then the PE is idle")
{
    Operation op;
    op.dispatch        = 7;
    op.arithmetic      = 40;
    op.sram            = 3;
    auto const program = ProgramBuilder{2, 1}.run(0, 0, op).run(0, 0, op).run(1, 0, work(5)).build();
    auto const p       = small_wafer(2, 1);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == 100);
    CHECK(account(mesh, 0).busy == 100);
    CHECK(account(mesh, 0).idle == 0);
    CHECK(account(mesh, 1).busy == 5);
    CHECK(account(mesh, 1).idle == 95);
    CHECK(mesh.counters().worked == 105);
    auto const& end = mesh.all().front()->operator_ends().front();
    CHECK(end.cycle == 100);
    CHECK(end.pe == 0);
    CHECK(cause(end.blame, fabric::Cause::dispatch) == 14);
    CHECK(cause(end.blame, fabric::Cause::arithmetic) == 80);
    CHECK(cause(end.blame, fabric::Cause::sram) == 6);
}

TEST_CASE("operations of no length end in the cycle in which they begin")
{
    auto const program = ProgramBuilder{1, 1}.run(0, 0, work(0)).run(0, 0, work(4)).run(0, 0, work(0)).build();
    auto const p       = small_wafer(1, 1);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == 4);
    CHECK(unbalanced(mesh.books()) == "");
}

TEST_CASE("a PE without a program is idle all the time")
{
    auto const program = ProgramBuilder{2, 1}.run(0, 0, work(30)).build();
    auto const p       = small_wafer(2, 1);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == 30);
    CHECK(account(mesh, 1).idle == 30);
}

TEST_CASE("a receiver is stalled until its wavelet comes, and then busy")
{
    auto const program = ProgramBuilder{4, 1}
                             .way(0, 0, 0, 3, 0)
                             .run(0, 0, work(50))
                             .run(0, 0, send(0, 10))
                             .run(3, 0, work(20))
                             .run(3, 0, receive(0, 10))
                             .build();
    auto const p = small_wafer(4, 1);
    Mesh       mesh{program, p};
    // The first wavelet is at the PE after 50 + 1 + 2 ramps + 3 hops.
    CHECK(mesh.run() == 58 + 10);
    CHECK(account(mesh, 3).busy == 20 + 10);
    CHECK(account(mesh, 3).stalled_in == 58 - 20);
    CHECK(account(mesh, 3).stalled_out == 0);
    CHECK(account(mesh, 3).idle == 0);
    CHECK(account(mesh, 0).busy == 60);
    CHECK(account(mesh, 0).idle == 8);
    CHECK(account(mesh, 1).idle == 68);
}

TEST_CASE("a stream runs no faster than the datapath, in eighths of a cycle")
{
    auto const interval = GENERATE(8u, 9u, 11u, 16u, 40u);
    auto       sender   = send(0, 64);
    sender.interval     = interval;
    auto const program  = ProgramBuilder{2, 1}.way(0, 0, 0, 1, 0).run(0, 0, sender).run(1, 0, receive(0, 64)).build();
    auto const p        = small_wafer(2, 1);
    Mesh       mesh{program, p};
    mesh.run();
    CHECK(account(mesh, 0).busy == 64 * interval / 8);
    CHECK(unbalanced(mesh.books()) == "");
}

TEST_CASE("a task that a wavelet starts is set up after the wavelet, an armed one before it")
{
    bool const on_arrival = GENERATE(true, false);
    auto       receiver   = receive(0, 4);
    receiver.dispatch     = 17;
    if (on_arrival)
        receiver.start = workloads::Start::on_arrival;
    auto const program =
        ProgramBuilder{2, 1}.way(0, 0, 0, 1, 0).run(0, 0, work(100)).run(0, 0, send(0, 4)).run(1, 0, receiver).build();
    auto const p = small_wafer(2, 1);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == 100u + 6 + 4 + (on_arrival ? 17 : 0));
    CHECK(account(mesh, 1).busy == 17 + 4);
    CHECK(account(mesh, 1).stalled_in == (on_arrival ? 106 : 106 - 17));
}

TEST_CASE("the parts of the time of the PE that finishes last add up to the time")
{
    auto const extra                         = GENERATE(0u, 9u);
    auto       p                             = small_wafer(48, 4, 3, 2);
    p.scribe.extra_latency                   = configs::FabricCycles{extra};
    p.fabric.link_serialisation              = configs::FabricEighths{GENERATE(8u, 9u)};
    auto const                      wavelets = GENERATE(1u, 50u);
    workloads::LineCollective const line{workloads::Axis::x, workloads::centred_two_level(48, 6), 0};
    auto const                      program =
        workloads::line_program(line, workloads::LineStage::all_reduce, {wavelets}, workloads::StreamCosts::of(p), 4);
    Mesh                mesh{program, p};
    auto const          cycles = mesh.run();
    fabric::OperatorEnd last;
    for (auto const* r : mesh.all()) {
        auto const& end = r->operator_ends().front();
        REQUIRE(end.seen);
        CHECK(end.blame.total() == end.cycle);
        if (end.cycle > last.cycle)
            last = end;
    }
    CHECK(last.cycle == cycles);
    CHECK(cause(last.blame, fabric::Cause::hops) >= 24);
    CHECK(cause(last.blame, fabric::Cause::reduce_stage) > 0);
    auto level                 = p;
    level.scribe.extra_latency = configs::FabricCycles{0};
    Mesh       without{program, level};
    auto const longer = cycles - without.run();
    auto const scribe = cause(last.blame, fabric::Cause::scribe);
    CAPTURE(extra, wavelets, p.fabric.link_serialisation.count(), cycles, longer);
    // From the far group to the middle, and from there to the end of the line: one scribe line in, one out.
    if (wavelets == 1)
        CHECK(scribe == 2 * extra);
    // More wavelets than a queue holds wait for credits too, which have the longer way back: what that costs is told
    // on the way of the last wavelet alone, so it need not be all of the difference, but is most of it and not more.
    CHECK(static_cast<double>(scribe) >= static_cast<double>(longer) * 0.8);
    CHECK(static_cast<double>(scribe) <= static_cast<double>(longer) * 1.2);
}

TEST_CASE("the parts of every operator of a layer add up to its end")
{
    auto p             = machine(GENERATE("small", "wse3"));
    p.mapping.region   = {12, 10};
    p.workload.context = 100;
    auto const program = decode_layer(p);
    Mesh       mesh{program, p};
    mesh.run();
    for (std::size_t op = 0; op < program.operators.size(); ++op) {
        CAPTURE(program.operators[op].name);
        std::uint64_t previous = op == 0 ? 0 : mesh.operator_end(op - 1);
        CHECK(mesh.operator_end(op) > previous);
        for (auto const* r : mesh.all())
            CHECK(r->operator_ends()[op].blame.total() == r->operator_ends()[op].cycle);
    }
}

TEST_CASE("a deadlock is told with who waits for whom")
{
    // Two PEs that each wait for the other before they send.
    auto const program = ProgramBuilder{3, 1}
                             .way(0, 0, 0, 2, 0)
                             .way(1, 2, 0, 0, 0)
                             .run(0, 0, receive(1, 5, 2))
                             .run(0, 0, send(0, 5))
                             .run(2, 0, receive(0, 5, -2))
                             .run(2, 0, send(1, 5))
                             .build();
    auto const p = small_wafer(3, 1, GENERATE(1u, 3u), 1);
    Mesh       mesh{program, p};
    CHECK_THROWS_WITH(mesh.run(), Catch::Contains("deadlock") &&
                                      Catch::Contains("PE (0, 0) waits in `all` for wavelet 1 of 5 of color 1 from PE "
                                                      "(2, 0)") &&
                                      Catch::Contains("PE (2, 0) waits in `all` for wavelet 1 of 5 of color 0 from PE "
                                                      "(0, 0)"));
}

TEST_CASE("a sender whose receiver has gone waits for room, and says so")
{
    auto const program =
        ProgramBuilder{2, 1}.way(6, 0, 0, 1, 0).run(0, 0, send(6, 100)).run(1, 0, receive(6, 10)).build();
    auto const p = small_wafer(2, 1);
    Mesh       mesh{program, p};
    CHECK_THROWS_WITH(mesh.run(), Catch::Contains("PE (0, 0) waits in `all` for room in its router for color 6"));
}

TEST_CASE("a region without any work takes no time")
{
    auto const program = ProgramBuilder{3, 3}.build();
    auto const p       = small_wafer(3, 3, 3, 1);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == 0);
    CHECK(unbalanced(mesh.books()) == "");
}
