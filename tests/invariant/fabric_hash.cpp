// Speed never changes the answer: the state hash does not depend on quantum, visiting order, tracing, or where scribe
// lines cut a region that they do not slow down.
#include "configs/failure.hpp"
#include "support/configs.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/mapping/line_program.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace scribeline;
using namespace scribeline::tests;
using fabric::Mesh;

namespace {

// What a test runs on a region of 12x10.
struct Load {
    char const*                                          name;
    std::function<Program(configs::Parameters const& p)> program;
};

Load any_load()
{
    return GENERATE(values<Load>({
        {"random traffic", [](auto const&) { return random_traffic(12, 10, 20, 5).program; }},
        {"other random traffic", [](auto const&) { return random_traffic(12, 10, 21, 6).program; }},
        {"all-reduce",
         [](auto const& p) {
             workloads::LineCollective const line{workloads::Axis::x, workloads::centred_two_level(12, 3), 0};
             return workloads::line_program(line, workloads::LineStage::all_reduce, {40}, workloads::StreamCosts::of(p),
                                            10);
         }},
        {"star",
         [](auto const&) {
             return workloads::line_program(workloads::StarReduce{workloads::Axis::y, 10, 0}, {12},
                                            workloads::StreamCosts::prepared(), 12);
         }},
        {"layer",
         [](auto p) {
             p.mapping.region   = {12, 10};
             p.workload.context = 40;
             return decode_layer(p);
         }},
    }));
}

struct Run {
    std::uint64_t hash, cycles, hops;
    bool          operator==(Run const& other) const
    {
        return hash == other.hash && cycles == other.cycles && hops == other.hops;
    }
};
std::ostream& operator<<(std::ostream& to, Run const& run)
{
    return to << std::hex << run.hash << std::dec << " after " << run.cycles << " cycles and " << run.hops << " hops";
}

Run run(Program const& program, configs::Parameters const& p, fabric::Probe* probe = nullptr)
{
    Mesh       mesh{program, p, {}, probe};
    auto const cycles = mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    auto const c = mesh.counters();
    return {mesh.hash(), cycles, c.hops + c.crossings_sent};
}

} // namespace

TEST_CASE("the state hash is the same for every quantum up to the latency of a scribe line")
{
    auto const load        = any_load();
    auto       p           = small_wafer(12, 10, 4, 3);
    p.scribe.extra_latency = configs::FabricCycles{7};
    auto const program     = load.program(p);
    p.run.quantum          = 1;
    auto const exact       = run(program, p);
    for (p.run.quantum = 2; p.run.quantum <= 8; ++p.run.quantum) {
        CAPTURE(load.name, p.run.quantum);
        CHECK(run(program, p) == exact);
    }
    p.run.quantum = 0; // the longest
    CHECK(run(program, p) == exact);
}

TEST_CASE("a quantum beyond the latency of a scribe line is refused, with the longest that is exact")
{
    auto p                 = small_wafer(4, 4, 2, 2);
    p.scribe.extra_latency = configs::FabricCycles{7};
    p.run.quantum          = 9;
    auto const program     = random_traffic(4, 4, 4, 1).program;
    auto const refusal     = refusal_of([&] { Mesh{program, p}; });
    CHECK(refusal.code == configs::Exit::bad_config);
    CHECK_THAT(refusal.text, Catch::Contains("run.quantum = 9") && Catch::Contains("1 to 8"));
}

TEST_CASE("the state hash does not depend on the order in which tiles are visited")
{
    auto const load    = any_load();
    auto       p       = small_wafer(12, 10, 3, 2);
    auto const eighths = GENERATE(8u, 9u);
    CAPTURE(load.name, eighths);
    p.fabric.link_serialisation = configs::FabricEighths{eighths};
    auto const program          = load.program(p);
    auto const forward          = run(program, p);
    p.run.visiting              = configs::VisitingOrder::reverse;
    CHECK(run(program, p) == forward);
}

// A reticle that nobody watches takes a shorter way through its passes, so this compares two ways of the same cycle.
TEST_CASE("the state hash does not depend on tracing")
{
    auto const load             = any_load();
    auto const eighths          = GENERATE(8u, 9u, 21u);
    auto const depth            = GENERATE(1u, 2u, 5u);
    auto       p                = small_wafer(12, 10, 3, 2);
    p.fabric.link_serialisation = configs::FabricEighths{eighths};
    p.fabric.input_queue_depth  = depth;
    auto const program          = load.program(p);
    CAPTURE(load.name, eighths, depth);
    Recorder   recorder;
    auto const traced = run(program, p, &recorder);
    CHECK(traced == run(program, p));
    CHECK(recorder.of(fabric::WaveletEvent::hop).size() == traced.hops);
}

TEST_CASE("scribe lines that add no latency do not change the state hash, wherever they cut")
{
    auto const load      = any_load();
    auto       p         = small_wafer(12, 10, 1, 1);
    auto const hop       = GENERATE(1u, 2u);
    p.fabric.hop_latency = configs::FabricCycles{hop};
    auto const program   = load.program(p);
    auto const uncut     = run(program, p);
    struct Cut {
        std::uint32_t x, y;
    };
    for (auto const& cut : {Cut{2, 1}, Cut{1, 3}, Cut{4, 3}, Cut{12, 10}}) {
        CAPTURE(load.name, cut.x, cut.y);
        p.wafer.reticle_columns = cut.x;
        p.wafer.reticle_rows    = cut.y;
        CHECK(run(program, p) == uncut);
    }
}

TEST_CASE("the state hash tells runs apart that differ in one wavelet, one cycle, or one number")
{
    auto const p    = small_wafer(3, 1);
    auto const hash = [&](std::uint32_t wavelets, std::uint32_t cycles, float number) {
        auto b =
            ProgramBuilder{3, 1}.payload(8).way(0, 0, 0, 2, 0).run(0, 0, work(cycles)).run(0, 0, send(0, wavelets));
        b.run(2, 0, receive(0, wavelets)).number(0, 0, 1, number);
        auto const program = b.build();
        return run(program, p).hash;
    };
    CHECK(hash(4, 10, 1) == hash(4, 10, 1));
    CHECK(hash(5, 10, 1) != hash(4, 10, 1));
    CHECK(hash(4, 11, 1) != hash(4, 10, 1));
    CHECK(hash(4, 10, 1.0000001f) != hash(4, 10, 1));
}
