// Programs that begin late: nothing is done before, what arrives before waits, and the time before is idle time.
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::Mesh;

namespace {

fabric::PeAccount account(Mesh const& mesh, std::size_t tile) { return mesh.all().front()->accounts()[tile]; }

// Ten wavelets from the west end of a row of four to its east end, prepared streams.
Program row(std::uint64_t sender, std::uint64_t receiver)
{
    auto program = ProgramBuilder{4, 1}.way(0, 0, 0, 3, 0).run(0, 0, send(0, 10)).run(3, 0, receive(0, 10, -3)).build();
    program.start = {sender, 0, 0, receiver};
    return program;
}

// From the sender's datapath to the receiver's: a cycle, two ramps, three hops.
std::uint64_t way(configs::Parameters const& p)
{
    return 1 + 2 * p.fabric.ramp_latency.count() + 3 * p.fabric.hop_latency.count();
}

} // namespace

TEST_CASE("a sender that begins late sends late, and was idle until then")
{
    auto const p       = small_wafer(4, 1);
    auto const late    = GENERATE(as<std::uint64_t>{}, 0, 1, 64, 5000, 100'000); // near and far in the calendar
    auto const program = row(late, 0);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == late + way(p) + 10);
    CHECK(account(mesh, 0).busy == 10);
    CHECK(account(mesh, 0).idle == late + way(p));
    CHECK(account(mesh, 3).stalled_in == late + way(p));
    CHECK(account(mesh, 3).busy == 10);
    CHECK(account(mesh, 1).idle == late + way(p) + 10);
    CHECK(unbalanced(mesh.books()) == "");
}

TEST_CASE("a receiver that begins late finds the wavelets in its queues, and was idle until then")
{
    auto const p       = small_wafer(4, 1);
    auto const late    = GENERATE(as<std::uint64_t>{}, 64, 5000, 100'000);
    auto const program = row(0, late);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == late + 10);
    CHECK(account(mesh, 3).idle == late);
    CHECK(account(mesh, 3).stalled_in == 0);
    CHECK(account(mesh, 3).busy == 10);
    CHECK(account(mesh, 0).busy == 10);
    CHECK(unbalanced(mesh.books()) == "");
}

TEST_CASE("streams longer than the queues wait on the way for a receiver that begins late")
{
    auto p                     = small_wafer(4, 1);
    p.fabric.input_queue_depth = 2;
    auto const program         = row(0, 500);
    Mesh       mesh{program, p};
    // Four tiles and a landing with two slots each hold all ten; the PE takes no wavelet before cycle 500.
    CHECK(mesh.run() >= 510);
    CHECK(account(mesh, 3).idle == 500);
    CHECK(unbalanced(mesh.books()) == "");
}

TEST_CASE("a PE's clock of causes begins when its program begins")
{
    auto const p       = small_wafer(2, 1);
    auto       program = ProgramBuilder{2, 1}.run(0, 0, work(30)).run(1, 0, work(5)).build();
    program.start      = {100, 0};
    Mesh mesh{program, p};
    CHECK(mesh.run() == 130);
    auto const& end = mesh.all().front()->operator_ends().front();
    CHECK(end.cycle == 130);
    CHECK(end.blame.total() == 30);
    CHECK(account(mesh, 0).busy == 30);
    CHECK(account(mesh, 0).idle == 100);
}

TEST_CASE("who waits for a wavelet is charged the sender's clock, not the time before the sender began")
{
    auto const p       = small_wafer(4, 1);
    auto const program = row(1000, 0);
    Mesh       mesh{program, p};
    CHECK(mesh.run() == 1000 + way(p) + 10);
    CHECK(mesh.all().front()->operator_ends().front().blame.total() == way(p) + 10);
}

TEST_CASE("a PE without a program does not begin: a late start of nothing makes no run longer")
{
    auto const p       = small_wafer(2, 1);
    auto       program = ProgramBuilder{2, 1}.run(0, 0, work(30)).build();
    program.start      = {0, 400};
    Mesh mesh{program, p};
    CHECK(mesh.run() == 30);
    CHECK(account(mesh, 1).idle == 30);
}

TEST_CASE("no program begins before its cycle, whatever arrives")
{
    auto  p       = small_wafer(12, 10, 3, 2);
    auto  traffic = random_traffic(12, 10, 20, 5);
    auto& program = traffic.program;
    for (std::size_t pe = 0; pe < program.pes(); ++pe)
        program.start.push_back(pe * 37 % 400);
    Recorder recorder;
    Mesh     mesh{program, p, {}, &recorder};
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    CHECK(mesh.counters().delivered == traffic.delivered);
    std::size_t early = 0, touched = 0;
    for (auto const& e : recorder.events)
        if (e.event != fabric::WaveletEvent::hop) {
            ++touched;
            early += e.cycle < program.start[e.pe];
        }
    CHECK(touched == traffic.injected + traffic.delivered);
    CHECK(early == 0);
}
