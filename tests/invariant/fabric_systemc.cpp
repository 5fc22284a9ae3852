// The SystemC model and the plain mesh are the same machine. SystemC elaborates once per process, so each case is one
// run (CTest starts a process per case).
#include "configs/failure.hpp"
#include "fabric/wafer_module.hpp"
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

void warnings_fail() { sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW); }

// Both runs of a program: hash, cycles, books, counters.
void check_same(Program const& program, configs::Parameters const& p)
{
    warnings_fail();
    fabric::WaferModule wafer{"wafer", program, p};
    sc_core::sc_start();
    auto const cycles   = wafer.finish();
    auto const reticles = static_cast<fabric::WaferModule const&>(wafer).reticles();
    auto const books    = fabric::ledger(reticles, cycles, wafer.on_scribe_lines());

    fabric::Mesh mesh{program, p};
    CHECK(mesh.run() == cycles);
    CHECK(mesh.hash() == fabric::state_hash(reticles, cycles));
    CHECK(unbalanced(books) == "");
    auto const plain = mesh.books();
    REQUIRE(plain.size() == books.size());
    for (std::size_t i = 0; i < books.size(); ++i) {
        CAPTURE(books[i].name);
        CHECK(plain[i].left_value == books[i].left_value);
        CHECK(plain[i].right_value == books[i].right_value);
    }
    for (std::size_t op = 0; op < program.operators.size(); ++op) {
        std::uint64_t end = 0;
        for (auto const* r : reticles)
            if (r->operator_ends()[op].seen)
                end = std::max(end, r->operator_ends()[op].cycle);
        CHECK(end == mesh.operator_end(op));
    }
    // What the links carried is what the reticles sent.
    std::uint64_t carried = 0;
    for (auto const& edge : wafer.edges())
        carried += edge.carried;
    CHECK(carried == mesh.counters().crossings_sent);
    CHECK(carried > 0);
}

} // namespace

TEST_CASE("a layer on four reticles is the same in SystemC and without")
{
    auto p             = machine("small");
    p.mapping.region   = {20, 24};
    p.workload.context = 50;
    check_same(decode_layer(p), p);
}

TEST_CASE("a layer over slow scribe lines on a WSE-3's links is the same in SystemC and without")
{
    auto p                  = machine("wse3");
    p.wafer.columns         = 24;
    p.wafer.rows            = 20;
    p.wafer.reticle_columns = 3;
    p.wafer.reticle_rows    = 4;
    p.scribe.extra_latency  = configs::FabricCycles{11};
    p.mapping.region        = {24, 20};
    p.workload.context      = 50;
    check_same(decode_layer(p), p);
}

TEST_CASE("random traffic is the same in SystemC and without")
{
    auto p                 = small_wafer(16, 12, 5, 4);
    p.scribe.extra_latency = configs::FabricCycles{3};
    p.run.quantum          = 2;
    check_same(random_traffic(16, 12, 21, 99).program, p);
}

TEST_CASE("a deadlock in SystemC is told as in the mesh")
{
    warnings_fail();
    auto const program = ProgramBuilder{6, 1}
                             .way(0, 0, 0, 5, 0)
                             .way(1, 5, 0, 0, 0)
                             .run(0, 0, receive(1, 3, 5))
                             .run(0, 0, send(0, 3))
                             .run(5, 0, receive(0, 3, -5))
                             .run(5, 0, send(1, 3))
                             .build();
    auto const          p = small_wafer(6, 1, 3, 1);
    fabric::WaferModule wafer{"wafer", program, p};
    sc_core::sc_start();
    CHECK_THROWS_WITH(wafer.finish(), Catch::Contains("deadlock") && Catch::Contains("from PE (5, 0)"));
}

TEST_CASE("a wavelet lost on a scribe line unbalances the books in SystemC as well")
{
    warnings_fail();
    auto const program =
        ProgramBuilder{6, 1}.way(0, 0, 0, 5, 0).run(0, 0, send(0, 30)).run(5, 0, receive(0, 30)).build();
    auto const          p = small_wafer(6, 1, 2, 1);
    fabric::WaferModule wafer{"wafer", program, p, {fabric::Fault::Kind::lose_crossing, 0, 7}};
    sc_core::sc_start();
    CHECK_THROWS_AS(wafer.finish(), configs::SimulationFault);
    auto const reticles = static_cast<fabric::WaferModule const&>(wafer).reticles();
    auto const names    = unbalanced(fabric::ledger(reticles, reticles.front()->now(), wafer.on_scribe_lines()));
    CHECK_THAT(names, Catch::Contains("scribe lines") && Catch::Contains("wavelets"));
}
