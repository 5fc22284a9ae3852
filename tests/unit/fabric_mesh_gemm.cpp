// Products on a mesh, every wavelet: what they compute, and that streams in the background take their turns.
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

} // namespace

TEST_CASE("a line is a ring whose neighbours are at most two tiles apart")
{
    auto const pes     = GENERATE(2u, 3u, 4u, 7u, 8u, 25u);
    auto const forward = GENERATE(true, false);
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
            std::uint32_t const sum = (ring.index(x) + ring.index(y)) % side; // of blocks that lie aligned
            std::uint32_t const kx = alignment == Alignment::none ? sum : ring.index(x),
                                ky = alignment != Alignment::both ? sum : ring.index(y);
            for (std::uint32_t k = 0; k < tile.k; ++k) {
                for (std::uint32_t i = 0; i < tile.m; ++i)
                    sram[mesh.a[0] + k * tile.m + i] = left_of(y * tile.m + i, kx * tile.k + k);
                for (std::uint32_t j = 0; j < tile.n; ++j)
                    sram[mesh.b[0] + k * tile.n + j] = right_of(ky * tile.k + k, x * tile.n + j);
            }
        }
    fabric::Mesh run{mesh.program, p};
    run.run();
    CHECK(unbalanced(run.books()) == "");
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i < side * tile.m; ++i)
        for (std::uint32_t j = 0; j < side * tile.n; ++j) {
            float sum = 0;
            for (std::uint32_t k = 0; k < side * tile.k; ++k)
                sum += left_of(i, k) * right_of(k, j);
            wrong += run.sram(j / tile.n, i / tile.m, mesh.c + j % tile.n * tile.m + i % tile.m) != sum;
        }
    CHECK(wrong == 0);
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
    fabric::Mesh run{mesh.program, p};
    run.run();
    CHECK(unbalanced(run.books()) == "");
    std::uint32_t wrong = 0;
    for (std::uint32_t i = 0; i < side * tile.m; ++i)
        for (std::uint32_t j = 0; j < side * tile.n; ++j) {
            float sum = 0;
            for (std::uint32_t k = 0; k < side * tile.k; ++k)
                sum += left_of(i, k) * right_of(k, j);
            wrong += run.sram(ring.position((j / tile.n + side - ring.index(i / tile.m)) % side), i / tile.m,
                              mesh.c + j % tile.n * tile.m + i % tile.m) != sum;
        }
    CHECK(wrong == 0);
}
