// Products on a mesh, every wavelet: what they compute, and that streams in the background take their turns.
#include "fabric/state_hash.hpp"
#include "support/configs.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/mapping/line_program.hpp"
#include "workloads/mapping/mesh_gemm.hpp"
#include "workloads/mapping/mesh_ring.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using workloads::Alignment;
using workloads::MeshTile;

namespace {

// Whole numbers of this size are exact in fp32, whatever the order of the sums.
float left_of(std::uint32_t i, std::uint32_t k) { return static_cast<float>((i * 5 + k * 3) % 11) - 5; }
float right_of(std::uint32_t k, std::uint32_t j) { return static_cast<float>((k * 7 + j * 2) % 9) - 4; }

configs::Parameters plain(std::uint32_t side, std::uint32_t reticles = 1)
{
    auto p                     = small_wafer(side, side, reticles, reticles);
    p.workload.activation_bits = 32;
    return p;
}

// Every element of the product, where `column_of` says that PEs of a row hold a block of its columns.
template <class Mapped, class ColumnOf> void check_product(Mapped const& mesh, std::uint32_t side, MeshTile const& tile,
                                                           configs::Parameters const& p, ColumnOf const& column_of)
{
    fabric::Mesh run{mesh.program, p};
    run.run();
    CHECK(unbalanced(run.books()) == "");
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i < side * tile.m; ++i)
        for (std::uint32_t j = 0; j < side * tile.n; ++j) {
            float sum = 0;
            for (std::uint32_t k = 0; k < side * tile.k; ++k)
                sum += left_of(i, k) * right_of(k, j);
            auto const row = i / tile.m;
            wrong += run.sram(column_of(j / tile.n, row), row, mesh.c + j % tile.n * tile.m + i % tile.m) != sum;
        }
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("a line is a ring whose neighbours are at most two tiles apart")
{
    auto const                pes     = GENERATE(2u, 3u, 4u, 7u, 8u, 25u);
    auto const                forward = GENERATE(true, false);
    workloads::MeshRing const ring{workloads::Axis::x, pes, 0, forward};
    std::uint32_t             at = 0, distinct = 0;
    for (std::uint32_t i = 0; i < pes; ++i) {
        auto const next = ring.to(at);
        CHECK((next > at ? next - at : at - next) <= 2);
        CHECK(ring.from(next) == at);
        CHECK(ring.index(next) == (ring.index(at) + (forward ? 1 : pes - 1)) % pes);
        CHECK(ring.position(ring.index(at)) == at);
        distinct += next != at;
        at = next;
    }
    CHECK(at == 0);
    CHECK(distinct == pes);
}

TEST_CASE("the mesh computes the product of two matrices, whichever of them lies aligned")
{
    auto const side      = GENERATE(2u, 3u, 4u, 5u, 6u);
    auto const alignment = GENERATE(Alignment::none, Alignment::left, Alignment::both);
    auto const tile      = GENERATE(MeshTile{1, 1, 1}, MeshTile{3, 2, 5}, MeshTile{4, 3, 2});
    CAPTURE(side, static_cast<int>(alignment), tile.m, tile.k, tile.n);
    auto const p    = plain(side, side > 3 ? 2 : 1);
    auto       mesh = workloads::map_mesh_product(side, tile, alignment, p);
    workloads::add_payload(mesh.program, workloads::Element::fp32, mesh.elements);
    workloads::MeshRing const ring{workloads::Axis::x, side, 0, true};
    for (std::uint32_t y = 0; y < side; ++y)
        for (std::uint32_t x = 0; x < side; ++x) {
            float* const        sram = &mesh.program.sram[mesh.program.pe(x, y) * mesh.elements];
            std::uint32_t const sum  = (ring.index(x) + ring.index(y)) % side; // of blocks that lie aligned
            std::uint32_t const kx   = alignment == Alignment::none ? sum : ring.index(x),
                                ky   = alignment != Alignment::both ? sum : ring.index(y);
            for (std::uint32_t k = 0; k < tile.k; ++k) {
                for (std::uint32_t i = 0; i < tile.m; ++i)
                    sram[mesh.a[0] + k * tile.m + i] = left_of(y * tile.m + i, kx * tile.k + k);
                for (std::uint32_t j = 0; j < tile.n; ++j)
                    sram[mesh.b[0] + k * tile.n + j] = right_of(ky * tile.k + k, x * tile.n + j);
            }
        }
    check_product(mesh, side, tile, p, [](std::uint32_t column, std::uint32_t) { return column; });
}

TEST_CASE("the mesh computes the product with a transposed matrix")
{
    auto const side = GENERATE(2u, 3u, 4u, 5u, 6u);
    auto const tile = GENERATE(MeshTile{1, 1, 1}, MeshTile{3, 2, 3}, MeshTile{2, 3, 4});
    CAPTURE(side, tile.m, tile.k, tile.n);
    auto const p    = plain(side, side > 3 ? 2 : 1);
    auto       mesh = workloads::map_mesh_scores(side, tile, p);
    workloads::add_payload(mesh.program, workloads::Element::fp32, mesh.elements);
    workloads::MeshRing const ring{workloads::Axis::x, side, 0, true};
    // Row y of PEs holds the block r(y) of the second matrix.
    for (std::uint32_t y = 0; y < side; ++y)
        for (std::uint32_t x = 0; x < side; ++x) {
            float* const sram = &mesh.program.sram[mesh.program.pe(x, y) * mesh.elements];
            for (std::uint32_t k = 0; k < tile.k; ++k) {
                for (std::uint32_t i = 0; i < tile.m; ++i)
                    sram[mesh.a[0] + k * tile.m + i] = left_of(y * tile.m + i, x * tile.k + k);
                for (std::uint32_t j = 0; j < tile.n; ++j)
                    sram[mesh.b[0] + k * tile.n + j] = right_of(x * tile.k + k, ring.index(y) * tile.n + j);
            }
        }
    check_product(mesh, side, tile, p, [&](std::uint32_t column, std::uint32_t row) {
        return ring.position((column + side - ring.index(row)) % side);
    });
}

TEST_CASE("neither reticles nor the order of visits change what streams in the background do")
{
    auto const scores = GENERATE(false, true);
    auto const hash   = [&](std::uint32_t reticles, configs::VisitingOrder visiting, std::uint32_t quantum) {
        auto p            = small_wafer(8, 8, reticles, reticles);
        p.run.visiting    = visiting;
        p.run.quantum     = quantum;
        auto const   mesh = scores ? workloads::map_mesh_scores(8, {3, 4, 3}, p)
                                     : workloads::map_mesh_product(8, {3, 4, 5}, Alignment::both, p);
        fabric::Mesh run{mesh.program, p};
        auto const   cycles = run.run();
        CHECK(unbalanced(run.books()) == "");
        return fabric::state_hash(run.all(), cycles);
    };
    using configs::VisitingOrder;
    auto const expected = hash(1, VisitingOrder::forward, 0);
    CHECK(hash(1, VisitingOrder::reverse, 0) == expected);
    CHECK(hash(2, VisitingOrder::forward, 0) == expected);
    CHECK(hash(4, VisitingOrder::reverse, 1) == expected);
}

TEST_CASE("a PE sends one wavelet a cycle, however many of its streams are in the background")
{
    ProgramBuilder builder{3, 3};
    auto const     background = [](Operation op) {
        op.background = true;
        return op;
    };
    Operation join;
    join.joins    = true;
    join.dispatch = 3;
    // From the middle to the east and to the south, ten wavelets each, while the PE works for five cycles.
    builder.way(0, 1, 1, 2, 1).way(1, 1, 1, 1, 2);
    builder.run(1, 1, background(send(0, 10))).run(1, 1, background(send(1, 10))).run(1, 1, work(5)).run(1, 1, join);
    builder.run(2, 1, receive(0, 10, -1)).run(1, 2, receive(1, 10, -1, true));
    auto const   p = small_wafer(3, 3);
    Recorder     recorder;
    auto const   program = builder.build();
    fabric::Mesh mesh{program, p, {}, &recorder};
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    auto const sent = recorder.of(fabric::WaveletEvent::inject);
    REQUIRE(sent.size() == 20);
    for (std::size_t i = 1; i < sent.size(); ++i)
        CHECK(sent[i].cycle > sent[i - 1].cycle);
    CHECK(sent.back().cycle == 19);
    CHECK(sent[0].color != sent[1].color); // they take turns
}

TEST_CASE("a PE that waits for streams in the background that never end is named")
{
    ProgramBuilder builder{2, 1};
    builder.way(0, 0, 0, 1, 0);
    auto wait       = receive(0, 4, -1);
    wait.background = true;
    Operation join;
    join.joins = true;
    builder.run(0, 0, send(0, 3)).run(1, 0, wait).run(1, 0, join);
    auto const   p       = small_wafer(2, 1);
    auto const   program = builder.build();
    fabric::Mesh mesh{program, p};
    CHECK_THROWS_WITH(mesh.run(), Catch::Contains("PE (1, 0) waits") && Catch::Contains("in the background") &&
                                      Catch::Contains("wavelet 4 of 4 of color 0 to come"));
}

TEST_CASE("a router with too few colors for a product is named")
{
    auto p             = plain(4);
    p.fabric.colors    = 10;
    auto const refusal = refusal_of([&] { workloads::map_mesh_product(4, {1, 1, 1}, Alignment::left, p); });
    CHECK(refusal.code == configs::Exit::bad_config);
    CHECK_THAT(refusal.text, Catch::Contains("fabric.colors = 10") && Catch::Contains("12"));
}
