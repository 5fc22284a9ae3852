// The closed forms of products on a mesh beside the fabric.
#include "support/fabric_programs.hpp"
#include "workloads/mapping/mesh_forms.hpp"
#include "workloads/mapping/mesh_gemm.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using workloads::Alignment;
using workloads::MeshForms;
using workloads::MeshTile;

namespace {

double cycles_of(workloads::Program const& program, configs::Parameters const& p)
{
    fabric::Mesh mesh{program, p};
    auto const   cycles = static_cast<double>(mesh.run());
    CHECK(unbalanced(mesh.books()) == "");
    return cycles;
}

} // namespace

TEST_CASE("a product on the mesh takes what its form says, within 0.6 %")
{
    auto const&     p         = machine(GENERATE("wse2", "wse3"));
    auto const      side      = GENERATE(6u, 11u, 24u);
    auto const      tile      = GENERATE(MeshTile{1, 1, 1}, MeshTile{7, 7, 7}, MeshTile{7, 7, 24}, MeshTile{4, 24, 7});
    auto const      alignment = GENERATE(Alignment::none, Alignment::left, Alignment::both);
    auto const      mesh      = workloads::map_mesh_product(side, tile, alignment, p);
    MeshForms const forms{p};
    auto const left = forms.costs().wavelets(tile.m * tile.k, 16), right = forms.costs().wavelets(tile.k * tile.n, 16);
    auto       form = forms.product(tile, 1, left, right, side);
    if (alignment != Alignment::none)
        form += forms.alignment(left, alignment == Alignment::both ? right : 0, side);
    CAPTURE(side, tile.m, tile.k, tile.n, static_cast<int>(alignment), form.total());
    auto const c = cycles_of(mesh.program, p);
    CHECK(c == Approx(form.total()).epsilon(0.006));
}

TEST_CASE("a transposed product on the mesh takes what its form says, within 0.6 %")
{
    auto const&     p    = machine(GENERATE("wse2", "wse3"));
    auto const      side = GENERATE(6u, 11u, 24u);
    auto const      tile = GENERATE(MeshTile{1, 1, 1}, MeshTile{7, 7, 7}, MeshTile{4, 12, 4});
    auto const      mesh = workloads::map_mesh_scores(side, tile, p);
    MeshForms const forms{p};
    auto const      form = forms.scores(tile, 1, forms.costs().wavelets(tile.k * tile.n, 16), side, side);
    CAPTURE(side, tile.m, tile.k, tile.n, form.total());
    auto const c = cycles_of(mesh.program, p);
    CHECK(c == Approx(form.total()).epsilon(0.006));
}

TEST_CASE("scribe lines matter to a product where credits cannot keep up with its shifts")
{
    auto const tile = GENERATE(MeshTile{1, 1, 1}, MeshTile{7, 7, 7}, MeshTile{1, 12, 12}, MeshTile{12, 12, 1});
    auto       p    = small_wafer(12, 12, 2, 2);
    auto const form = [&] {
        MeshForms const forms{p};
        auto const      left  = forms.costs().wavelets(tile.m * tile.k, 16);
        auto const      right = forms.costs().wavelets(tile.k * tile.n, 16);
        return forms.product(tile, 1, left, right, 12).total();
    };
    auto const without     = form();
    p.scribe.extra_latency = configs::FabricCycles{60};
    auto const with        = form();
    CAPTURE(tile.m, tile.k, tile.n, without, with);
    CHECK((with > without) == (tile.k == 12)); // 72 wavelets at 24.4 cycles each
    auto const mesh = workloads::map_mesh_product(12, tile, Alignment::none, p);
    CHECK(cycles_of(mesh.program, p) == Approx(with).epsilon(0.06));
}
