// The number of threads changes no answer: not the state, not the cycles, not where the time went.
#include "fabric/wafer_module.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/mapping/line_program.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

// All that a run tells.
struct Told {
    std::uint64_t              hash = 0, cycles = 0;
    std::vector<std::uint64_t> numbers; // counters, books, and the clocks at the ends of operators

    bool operator==(Told const& other) const
    {
        return hash == other.hash && cycles == other.cycles && numbers == other.numbers;
    }
};
std::ostream& operator<<(std::ostream& to, Told const& told)
{
    return to << std::hex << told.hash << std::dec << " after " << told.cycles << " cycles";
}

Told told(std::vector<fabric::Reticle const*> const& reticles, std::uint64_t cycles,
          std::vector<configs::BookEntry> const& books)
{
    CHECK(unbalanced(books) == "");
    Told t{fabric::state_hash(reticles, cycles), cycles, {}};
    for (auto const& entry : books)
        t.numbers.insert(t.numbers.end(), {entry.left_value, entry.right_value});
    for (auto const* r : reticles)
        for (auto const& end : r->operator_ends()) {
            t.numbers.insert(t.numbers.end(), {end.cycle, end.pe});
            t.numbers.insert(t.numbers.end(), end.blame.cycles.begin(), end.blame.cycles.end());
        }
    return t;
}

Told in_mesh(Program const& program, configs::Parameters p, std::uint32_t threads,
             std::uint64_t* shared_quanta = nullptr)
{
    p.run.threads = threads;
    fabric::Mesh mesh{program, p};
    auto const   cycles = mesh.run();
    if (shared_quanta)
        *shared_quanta = mesh.shared_quanta();
    return told(mesh.all(), cycles, mesh.books());
}

Told in_systemc(Program const& program, configs::Parameters p, std::uint32_t threads)
{
    p.run.threads = threads;
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
    fabric::WaferModule wafer{"wafer", program, p};
    sc_core::sc_start();
    auto const cycles   = wafer.finish();
    auto const reticles = static_cast<fabric::WaferModule const&>(wafer).reticles();
    return told(reticles, cycles, fabric::ledger(reticles, cycles, wafer.on_scribe_lines()));
}

configs::Parameters nine_reticles(char const* name, std::uint32_t columns, std::uint32_t rows)
{
    auto p                  = machine(name);
    p.wafer.columns         = columns;
    p.wafer.rows            = rows;
    p.wafer.reticle_columns = 3;
    p.wafer.reticle_rows    = 3;
    p.mapping.region        = {columns, rows};
    p.workload.context      = 60;
    return p;
}

} // namespace

TEST_CASE("a layer is the same on any number of threads")
{
    auto const name    = GENERATE("wse2", "wse3");
    auto const extra   = GENERATE(0u, 11u);
    auto       p       = nine_reticles(name, 30, 27);
    auto const threads = GENERATE(2u, 3u, 9u); // the last is more than this machine has cores
    CAPTURE(name, extra, threads);
    p.scribe.extra_latency = configs::FabricCycles{extra};
    auto const    program  = decode_layer(p);
    std::uint64_t shared = 0, alone = 0;
    CHECK(in_mesh(program, p, threads, &shared) == in_mesh(program, p, 1, &alone));
    CHECK(shared > 100); // or the test would show nothing
    CHECK(alone == 0);
}

TEST_CASE("all rows busy at once are the same on any number of threads")
{
    auto const eighths          = GENERATE(8u, 9u);
    auto       p                = small_wafer(40, 30, 4, 3);
    p.fabric.link_serialisation = configs::FabricEighths{eighths};
    workloads::LineCollective const line{workloads::Axis::x, workloads::centred_two_level(40, 5), 0};
    auto const                      program =
        workloads::line_program(line, workloads::LineStage::all_reduce, {60}, workloads::StreamCosts::of(p), 30);
    std::uint64_t shared = 0;
    auto const    alone  = in_mesh(program, p, 1);
    CHECK(in_mesh(program, p, 2, &shared) == alone);
    CHECK(shared > 100);
    CHECK(in_mesh(program, p, 5) == alone);
}

TEST_CASE("random traffic is the same on any number of threads")
{
    auto const seed        = GENERATE(range(1, 9));
    auto       p           = small_wafer(16, 12, 4, 3);
    auto const extra       = GENERATE(0u, 3u, 20u);
    p.scribe.extra_latency = configs::FabricCycles{extra};
    auto const program     = random_traffic(16, 12, 16, static_cast<std::uint64_t>(seed)).program;
    CAPTURE(seed, extra);
    auto const alone = in_mesh(program, p, 1);
    CHECK(in_mesh(program, p, 2) == alone);
    CHECK(in_mesh(program, p, 4) == alone);
}

// Streams of one wavelet, one after another, between neighbouring reticles and far ones: several posts to the board in
// one long quantum.
TEST_CASE("many streams of one PE within a quantum are the same on any number of threads")
{
    auto p                 = small_wafer(12, 2, 6, 2);
    p.scribe.extra_latency = configs::FabricCycles{30};
    auto builder           = ProgramBuilder{12, 2};
    for (std::uint32_t x = 0; x + 2 < 12; x += 2)
        builder.way(static_cast<Color>(x), x, 0, x + 2, 0);
    for (std::uint32_t x = 0; x < 12; x += 2)
        for (int i = 0; i < 40; ++i) {
            if (x > 0)
                builder.run(x, 0, receive(static_cast<Color>(x - 2), 1, -2));
            if (x + 2 < 12)
                builder.run(x, 0, send(static_cast<Color>(x), 1));
        }
    auto const program = builder.build();
    auto const alone   = in_mesh(program, p, 1);
    CHECK(in_mesh(program, p, 3) == alone);
    for (p.run.quantum = 1; p.run.quantum < 31; p.run.quantum += 7) {
        CAPTURE(p.run.quantum);
        auto const other = in_mesh(program, p, 2);
        CHECK(other.hash == alone.hash);
        CHECK(other.cycles == alone.cycles);
    }
}

TEST_CASE("numbers in wavelets are the same on any number of threads")
{
    auto p       = small_wafer(12, 1, 4, 1);
    auto builder = ProgramBuilder{12, 1};
    builder.payload(64).way(0, 0, 0, 11, 0).way(1, 11, 0, 0, 0);
    builder.run(0, 0, send(0, 50))
        .run(0, 0, receive(1, 50, 11))
        .run(11, 0, receive(0, 50, -11))
        .run(11, 0, send(1, 50));
    for (std::uint32_t i = 0; i < 50; ++i)
        builder.number(0, 0, i, static_cast<float>(i) / 7);
    auto const program = builder.build();
    CHECK(in_mesh(program, p, 4) == in_mesh(program, p, 1));
}

// SystemC elaborates once per process, and each case is one process.
TEST_CASE("a layer in SystemC on two threads is the one of the mesh on one")
{
    auto const p       = nine_reticles("wse3", 30, 27);
    auto const program = decode_layer(p);
    CHECK(in_systemc(program, p, 2) == in_mesh(program, p, 1));
}

TEST_CASE("a layer over slow scribe lines in SystemC on four threads is the one of the mesh on one")
{
    auto p                 = nine_reticles("wse2", 30, 27);
    p.scribe.extra_latency = configs::FabricCycles{11};
    auto const program     = decode_layer(p);
    CHECK(in_systemc(program, p, 4) == in_mesh(program, p, 1));
}

TEST_CASE("a deadlock on several threads is told as on one")
{
    auto const program = ProgramBuilder{6, 1}
                             .way(0, 0, 0, 5, 0)
                             .way(1, 5, 0, 0, 0)
                             .run(0, 0, receive(1, 3, 5))
                             .run(0, 0, send(0, 3))
                             .run(5, 0, receive(0, 3, -5))
                             .run(5, 0, send(1, 3))
                             .build();
    auto p        = small_wafer(6, 1, 3, 1);
    p.run.threads = 3;
    fabric::Mesh mesh{program, p};
    CHECK_THROWS_WITH(mesh.run(), Catch::Contains("deadlock") && Catch::Contains("from PE (5, 0)"));
}

TEST_CASE("a traced run keeps the order of one thread")
{
    auto p             = small_wafer(12, 10, 3, 2);
    p.run.threads      = 4;
    auto const program = random_traffic(12, 10, 20, 5).program;
    auto const events  = [&](std::uint32_t threads) {
        p.run.threads = threads;
        Recorder     recorder;
        fabric::Mesh mesh{program, p, {}, &recorder};
        mesh.run();
        std::vector<std::uint64_t> list;
        for (auto const& e : recorder.events)
            list.insert(list.end(), {e.cycle, e.pe, e.to, e.color, static_cast<std::uint64_t>(e.event)});
        return list;
    };
    CHECK(events(4) == events(1));
}
