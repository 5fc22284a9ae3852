// The mesh computes: a layer with a running state whose wavelets carry numbers equals a plain reference, in what it
// gives and in what it leaves in the state.
#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "fabric/mesh.hpp"
#include "models/wafer/payload_run.hpp"
#include "support/mixed_shapes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace scribeline;
using Catch::Matchers::Contains;
using workloads::ModelShape;

namespace {

configs::Parameters small_wafer(configs::GridSize region, std::uint32_t bits)
{
    auto p                     = configs::machine_parameters("small");
    p.mapping.region           = region;
    p.workload.context         = 50;
    p.workload.activation_bits = bits;
    return p;
}

enum class Halves { both, first };

ModelShape with_rule(workloads::StateRule rule, std::uint32_t key_heads, std::uint32_t value_heads,
                     std::uint32_t groups, Halves halves = Halves::both)
{
    auto shape    = tests::llama_like_shape("a running state");
    shape.kinds   = {tests::with_state(tests::window(0, halves == Halves::both ? shape.ffn : 0))};
    shape         = tests::with_layers(shape, 2);
    auto& r       = shape.recurrence;
    r             = tests::delta_rule();
    r.rule        = rule;
    r.key_heads   = key_heads;
    r.value_heads = value_heads;
    r.controls    = rule == workloads::StateRule::delta ? 2 : 1;
    r.norm_groups = groups;
    return shape;
}

models::PayloadCheck check_of(ModelShape const& shape, configs::Parameters const& p, std::uint64_t seed)
{
    auto const               layer = workloads::map_decode_layer(workloads::decode_step(shape, p.workload), p);
    models::PayloadRun const run{layer, seed};
    fabric::Mesh             mesh{run.layer().program, p};
    mesh.run();
    return run.check([&](std::uint32_t x, std::uint32_t y, std::uint32_t address) { return mesh.sram(x, y, address); });
}

} // namespace

TEST_CASE("a gated delta net and a state space on a mesh equal a plain reference")
{
    using workloads::StateRule;
    auto const shapes = std::vector<ModelShape>{
        with_rule(StateRule::delta, 2, 4, 4),   with_rule(StateRule::delta, 4, 4, 4),
        with_rule(StateRule::delta, 3, 9, 9), // a row's heads belong to several of keys
        with_rule(StateRule::delta, 8, 24, 24), with_rule(StateRule::sum, 1, 6, 1),
        with_rule(StateRule::sum, 2, 8, 2),     with_rule(StateRule::sum, 2, 8, 2, Halves::first),
    };
    for (auto const region : {configs::GridSize{8, 8}, configs::GridSize{5, 7}, configs::GridSize{16, 12}})
        for (auto const bits : {16u, 32u})
            for (auto const& shape : shapes) {
                auto const check = check_of(shape, small_wafer(region, bits), 3);
                CAPTURE(region.columns, region.rows, bits, shape.recurrence.value_heads, check.largest, check.bound);
                CHECK(check.numbers > shape.recurrence.state());
                CHECK(check.largest < check.bound);
            }
}

TEST_CASE("a state that is read before it is written is found out")
{
    auto       shape = with_rule(workloads::StateRule::delta, 2, 4, 4);
    auto const p     = small_wafer({8, 8}, 32);
    auto       layer = workloads::map_decode_layer(workloads::decode_step(shape, p.workload), p);
    for (auto& call : layer.program.kernels) // the token leaves nothing
        if (call.kernel == workloads::Kernel::add_to_state)
            call.kernel = workloads::Kernel::nothing;
    models::PayloadRun const run{layer, 3};
    fabric::Mesh             mesh{run.layer().program, p};
    mesh.run();
    auto const check =
        run.check([&](std::uint32_t x, std::uint32_t y, std::uint32_t address) { return mesh.sram(x, y, address); });
    CHECK(check.largest > check.bound);
}

TEST_CASE("layers that no numbers are carried through are refused by what they have")
{
    auto const refusal = [](ModelShape const& shape) {
        auto const p = small_wafer({8, 8}, 16);
        try {
            models::PayloadRun{workloads::map_decode_layer(workloads::decode_step(shape, p.workload), p), 1};
        } catch (configs::UserError const& error) {
            CHECK(error.code() == configs::Exit::bad_config);
            return std::string{error.what()};
        }
        return std::string{};
    };
    for (auto const& shape : tests::hybrid_shapes()) {
        CAPTURE(shape.name);
        if (shape.name == "a half in each layer, as Nemotron 3") // through whose states they are carried
            continue;
        if (shape.name == "an index of blocks in some layers, as MiniMax M3" ||
            shape.name == "layers of several sizes, as Nemotron Super") // the layer that is mapped has nothing of it
            continue;
        CHECK_THAT(refusal(shape), Contains("run.payload = true") && Contains("Run it without --payload"));
    }
}
