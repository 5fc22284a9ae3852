// The ways over a wafer link and back to the embedding, part by part.
#include "configs/schema/resolve.hpp"
#include "workloads/mapping/off_wafer_way.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::workloads;

namespace {

Stage stage(std::uint32_t wafer, std::uint32_t x0, std::uint32_t y0, configs::GridSize region)
{
    auto made   = Stage{};
    made.wafer  = wafer;
    made.x0     = x0;
    made.y0     = y0;
    made.region = region;
    return made;
}

struct Machine {
    configs::Parameters p = configs::machine_parameters("wse3:4"); // 762x1176, 12x7 reticles, 0.97 GHz
    DecodeStep          step;

    Machine()
    {
        p.workload.context     = 4096;
        p.wafer.link_latency   = configs::Seconds{2e-6};
        p.wafer.link_bandwidth = configs::BytesPerSecond{150e9};
        p.fabric.hop_latency   = configs::FabricCycles{2};
        p.scribe.extra_latency = configs::FabricCycles{3};
        step                   = decode_step(read_model("llama-3.1-70b"), p.workload); // hidden 8192
    }
};

} // namespace

TEST_CASE("a link costs the way to the edge and from it, one part's wavelets, its latency and the whole vector's bytes")
{
    Machine const made;
    auto const    whole = link_way(made.step, made.p, stage(0, 0, 588, {762, 588}), stage(1, 0, 0, {762, 588}));
    CHECK(whole.dispatch == 133 + 2 * 7 + 3);
    CHECK(whole.hops == 2 * (762 + 762) + 2 * 2);
    CHECK(whole.scribe == 3 * (11 + 11));
    CHECK(whole.serialisation == 7);      // 11 elements of a column, 6 wavelets of 9/8 cycles
    CHECK(whole.off_wafer == 1940 + 106); // 16,384 bytes at 150 GB/s: 105.9 cycles
    CHECK(whole.total() == 150 + 3052 + 66 + 7 + 2046);

    // The last column of regions is at the edge, and the first one begins at the other: one region each.
    auto const squares = link_way(made.step, made.p, stage(0, 508, 0, {254, 254}), stage(1, 0, 0, {254, 254}));
    CHECK(squares.hops == 2 * (254 + 254) + 2 * 2);
    CHECK(squares.scribe == 3 * (3 + 3)); // lines at 572, 635 and 699, and at 64, 127 and 191
}

TEST_CASE("the token's id goes between the tiles that are farthest apart, over a link where that is on another wafer")
{
    Machine const made;
    auto const    first = stage(0, 0, 0, {254, 254});
    auto const    near  = return_way(made.step, made.p, stage(0, 254, 508, {254, 254}), first);
    CHECK(near.hops == 2 * (507 + 761) + 2 * 2);
    CHECK(near.serialisation == 2);
    CHECK(near.off_wafer == 0);
    CHECK(near.scribe == 3 * (7 + 4)); // 64, 127 .. 445; 168 .. 672
    auto const far = return_way(made.step, made.p, stage(3, 508, 508, {254, 254}), first);
    CHECK(far.off_wafer == 1940);
    CHECK(far.hops == 2 * (254 + 254 + 761) + 2 * 2);
    auto const tables = stage(0, 0, 0, {762, 1176});
    CHECK(return_way(made.step, made.p, tables, tables).hops == 2 * (761 + 1175) + 2 * 2);
}
