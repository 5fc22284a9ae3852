// Do experts take what a dense feed-forward of the same active width takes, and the router?
#include "models/wafer/folded_system.hpp"
#include "support/mixed_shapes.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

models::Outcome run(workloads::ModelShape const& shape, std::uint32_t groups, double imbalance, std::uint32_t batch)
{
    auto  config                = config_of({"--machine", "wse3"});
    auto& p                     = config.parameters;
    p.workload.context          = 64;
    p.workload.batch            = batch;
    p.workload.expert_imbalance = configs::Share{imbalance};
    p.mapping.region            = {32, 32};
    p.mapping.expert_groups     = groups;
    auto const step             = workloads::decode_step(shape, p.workload);
    return models::fold_layer(config, step, workloads::plan_token(step, p));
}

std::uint64_t cycles(models::Outcome const& o, std::string const& name)
{
    std::uint64_t sum = 0;
    for (auto const& op : o.operators)
        if (op.name == name)
            sum += op.end - op.start;
    return sum;
}

workloads::ModelShape dense(std::uint32_t width)
{
    auto shape   = llama_like_shape("dense");
    shape.hidden = 256;
    shape.ffn    = width;
    return shape;
}

workloads::ModelShape mixture(std::uint32_t count, std::uint32_t active, std::uint32_t width)
{
    auto shape  = dense(0);
    shape.kinds = {experts(0, count, active, width)};
    return with_layers(shape, shape.layers);
}

} // namespace

TEST_CASE(
    "experts that are chosen evenly take as long as a dense feed-forward of their active width, but for the routing")
{
    // Sizes that divide: slices of 8 elements over all rows, of 16 over half of them, of 32 over a quarter as dense.
    auto const whole = run(dense(1024), 1, 0, 1);
    for (std::uint32_t const groups : {1u, 2u, 4u}) {
        CAPTURE(groups);
        // Gate and up of an expert are operations of their own, 15 to 17 cycles of set-up for each of 8 inputs.
        auto const setups = (4 / groups - 1) * 2 * 8 * 16;
        auto const mixed  = run(mixture(16, 4, 256), groups, 0, 1);
        auto const router = cycles(mixed, "router");
        CHECK(router > 0);
        // One pass more in the activation: the expert's share.
        auto const share = cycles(mixed, "activation") - cycles(whole, "activation");
        auto const rest  = static_cast<double>(mixed.cycles_per_layer - router - share - setups);
        CHECK(rest == Approx(static_cast<double>(whole.cycles_per_layer)).epsilon(0.005));
    }
}

TEST_CASE("an uneven choice of experts costs time where groups of rows hold them, and none where all rows hold all")
{
    auto const shape = mixture(16, 4, 256);
    auto const even = run(shape, 4, 0, 8).cycles_per_layer, uneven = run(shape, 4, 1, 8).cycles_per_layer;
    CHECK(uneven > even * 21 / 20);
    CHECK(run(shape, 4, 2, 8).cycles_per_layer > uneven);
    CHECK(run(shape, 1, 2, 8).cycles_per_layer == run(shape, 1, 0, 8).cycles_per_layer);
}

TEST_CASE("a batch takes less than as many steps of one sequence, and more than one of them")
{
    auto const shape = mixture(16, 4, 256);
    auto const one   = run(shape, 1, 0, 1).cycles_per_layer;
    auto const four  = run(shape, 1, 0, 4).cycles_per_layer;
    CHECK(four > one);
    CHECK(four < 4 * one);
}
