// What stands in a PE of a region that owns several blocks, how many requests fit, and how far a cache can grow.
#include "configs/schema/resolve.hpp"
#include "workloads/mapping/layer_memory.hpp"
#include "workloads/mapping/stage_memory.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::workloads;

namespace {

struct Case {
    configs::Parameters p;
    DecodeStep          step;
    LayerLayout         layout;
    StageMemory         memory;

    Case(std::string const& model, std::uint32_t context, configs::GridSize region)
        : p{parameters(context)}, step{decode_step(read_model(model), p.workload)},
          layout{layout_of(step, 0, region, p)}, memory{step, layouts_of(step, region, p), p}
    {
    }

    static configs::Parameters parameters(std::uint32_t context)
    {
        auto made             = configs::machine_parameters("wse3");
        made.workload.context = context;
        return made;
    }
};

std::vector<Block> layers(std::uint32_t n)
{
    auto blocks = std::vector<Block>{};
    for (std::uint32_t i = 0; i < n; ++i) {
        blocks.push_back({BlockKind::attention, i});
        blocks.push_back({BlockKind::feed_forward, i});
    }
    return blocks;
}

} // namespace

TEST_CASE("a region with one layer and one request needs what the layer's budget says")
{
    for (auto const* model : {"llama-3-8b", "phi-2", "tiny"}) {
        auto const made = Case{model, 1000, {254, 294}};
        double     sum  = 0;
        for (auto const& part : sram_budget(made.layout, made.p))
            sum += part.bytes;
        CAPTURE(model);
        CHECK(made.memory.bytes(layers(1), 1) == Approx(sum));
    }
}

TEST_CASE("weights and caches take the SRAM that a layer's memory gives them, padding included")
{
    for (auto const region : {configs::GridSize{254, 294}, configs::GridSize{61, 77}, configs::GridSize{33, 640}})
        for (bool const pairs : {true, false}) {
            auto const        p      = Case::parameters(1000);
            auto const        shape  = read_model("llama-3-8b");
            auto const        layout = layout_of(shape, 1000, region, pairs);
            LayerMemory const memory{layout};
            auto const        weights = (memory.keys - memory.w_qkv) + (memory.out - memory.w_out) +
                                 (memory.product - memory.w_wide) + (memory.down - memory.w_down);
            CAPTURE(region.columns, region.rows, pairs);
            CHECK(layout.weights() == weights);
            CHECK(layout.cache() == memory.scores - memory.keys);
            auto const vectors = (memory.norm_weight[0] - memory.hidden) + (memory.angles - memory.qkv) +
                                 (memory.maxima - memory.scores) + (memory.w_out - memory.attended) +
                                 (memory.wide - memory.out) + (memory.w_wide - memory.wide) +
                                 (memory.w_down - memory.product) + (memory.size - memory.down);
            auto const budget = sram_budget(layout, p);
            CHECK(budget[3].name == "activations");
            CHECK(budget[3].bytes == vectors * p.workload.activation_bits / 8.0);
        }
}

TEST_CASE("another layer adds its weights and caches, and another request its caches")
{
    auto const   made   = Case{"llama-3-8b", 4096, {254, 588}};
    double const first  = made.memory.bytes(layers(1), 1);
    double const weight = made.memory.weights({BlockKind::attention}) + made.memory.weights({BlockKind::feed_forward});
    CHECK(made.memory.bytes(layers(2), 1) == Approx(first + weight + made.memory.cache({BlockKind::attention})));
    CHECK(made.memory.bytes(layers(2), 3) == Approx(first + weight + 5 * made.memory.cache({BlockKind::attention})));
    // 17 tokens of a column, keys and values of an element a row and request: 2 x 2 B x 2 x 17.
    CHECK(made.memory.cache({BlockKind::attention}) == 2 * 2 * made.layout.key() * 17);
}

TEST_CASE("as many requests fit as their caches leave room, and not one more")
{
    auto const made  = Case{"llama-3-8b", 4096, {254, 588}};
    auto const count = made.memory.requests(layers(6));
    REQUIRE(count > 0);
    CHECK(made.memory.bytes(layers(6), count) <= made.memory.capacity());
    CHECK(made.memory.bytes(layers(6), count + 1) > made.memory.capacity());
    CHECK(made.memory.requests({{BlockKind::head}}) == 0);
}

TEST_CASE("a tied table is held once where embedding and head share a region")
{
    auto const         made = Case{"gemma-2-2b", 512, {762, 588}};
    std::vector<Block> both{{BlockKind::embedding}, {BlockKind::head}};
    double const       apart = made.memory.weights({BlockKind::embedding}) + made.memory.weights({BlockKind::head});
    CHECK(made.memory.bytes(both, 0) ==
          Approx(made.memory.once() + apart - made.memory.weights({BlockKind::embedding})));
}

TEST_CASE("a balanced cache grows until the layer no longer fits at that context, and not a token further")
{
    auto const made   = Case{"llama-3-8b", 4096, {254, 588}};
    auto const growth = made.memory.growth(layers(8));
    auto const full   = static_cast<std::uint32_t>(growth.balanced);
    REQUIRE(full > 4096);
    CHECK(Case{"llama-3-8b", full, {254, 588}}.memory.requests(layers(8)) == 1);
    CHECK(Case{"llama-3-8b", full + 1, {254, 588}}.memory.requests(layers(8)) == 0);
}

TEST_CASE("by concatenation only the column at the end of the context grows")
{
    auto const made    = Case{"llama-3-8b", 4096, {254, 588}};
    auto const growth  = made.memory.growth(layers(8));
    auto const columns = std::uint64_t{made.layout.columns};
    // 4096 tokens in columns of 17: the 241st column ends the context, with 16 of them.
    CHECK(growth.concatenated == 240 * 17 + growth.balanced / columns);
    CHECK(growth.concatenated < growth.balanced);
    CHECK(made.memory.growth({{BlockKind::embedding}}).balanced == 0);
}

TEST_CASE("padding does not let a cache grow further than it fits")
{
    // Not in pairs: an element of a key and one of a value for each token, which an odd column pads.
    for (std::uint32_t const sram : {20'001u, 20'003u, 20'006u, 20'011u}) {
        auto p                   = Case::parameters(4096);
        p.pe.sram                = configs::Bytes{double{1} * sram};
        auto const        step   = decode_step(read_model("llama-3-8b"), p.workload);
        auto const        region = configs::GridSize{254, 1024};
        StageMemory const memory{step, {layout_of(step.shape, 4096, region, false)}, p};
        auto const        full = static_cast<std::uint32_t>(memory.growth(layers(2)).balanced);
        auto const        room = [&](std::uint32_t context) {
            return StageMemory{step, {layout_of(step.shape, context, region, false)}, p}.requests(layers(2));
        };
        CAPTURE(sram, full);
        REQUIRE(full > 4096);
        CHECK(room(full) == 1);
        CHECK(room(full + 1) == 0);
    }
}

TEST_CASE("a head holds its rows of the table, the final norm, and the logits of every sequence")
{
    // 128,256 words over 294 rows: 437; 4,096 elements over 254 columns: 17. Both padded to even, in 16 bits.
    for (auto const batch : {1u, 8u}) {
        auto p                   = Case::parameters(1000);
        p.workload.batch         = batch;
        auto const        step   = decode_step(read_model("llama-3-8b"), p.workload);
        auto const        region = configs::GridSize{254, 294};
        StageMemory const memory{step, layouts_of(step, region, p), p};
        double const      table = 2 * 7430; // 17 x 437 = 7,429
        CAPTURE(batch);
        CHECK(memory.weights({BlockKind::embedding}) == table);
        CHECK(memory.weights({BlockKind::head}) == table + 2 * 18 + 2 * (batch == 1 ? 438 : 8 * 437));
    }
}
