// Is the region that the closed forms choose also the fastest one to simulate?
#include "configs/schema/resolve.hpp"
#include "fabric/mesh.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/region_choice.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;

namespace {

std::uint64_t simulated(workloads::ModelShape const& shape, configs::Parameters p, std::uint32_t side)
{
    p.mapping.region   = {side, side};
    auto const   layer = workloads::map_decode_layer(workloads::decode_step(shape, p.workload), p);
    fabric::Mesh mesh{layer.program, p};
    return mesh.run();
}

} // namespace

TEST_CASE("the region that is chosen is faster than one of two thirds or of one and a half times its side")
{
    auto p             = configs::machine_parameters("wse2");
    p.workload.context = GENERATE(64u, 1024u);
    auto const shape   = workloads::read_model("tiny");
    auto const side    = workloads::region_for(workloads::decode_step(shape, p.workload), 0, p).columns;
    CAPTURE(p.workload.context, side);
    REQUIRE(side < 200);
    auto const chosen = simulated(shape, p, side);
    CHECK(chosen < simulated(shape, p, side * 2 / 3));
    CHECK(chosen < simulated(shape, p, side * 3 / 2));
}

TEST_CASE("a region that was asked for is taken as it is")
{
    auto p           = configs::machine_parameters("wse2");
    p.mapping.region = {17, 9};
    auto const size  = workloads::region_for(workloads::decode_step(workloads::read_model("tiny"), p.workload), 0, p);
    CHECK(size.columns == 17);
    CHECK(size.rows == 9);
}

TEST_CASE("no square is chosen on which the layer does not fit")
{
    auto p             = configs::machine_parameters("wse2");
    p.workload.context = 4096;
    auto const step    = workloads::decode_step(workloads::read_model("llama-3.1-405b"), p.workload);
    auto const size    = workloads::region_for(step, 0, p);
    CHECK_NOTHROW(workloads::require_fit(workloads::layout_of(step, 0, size, p), step, 0, p));
}
