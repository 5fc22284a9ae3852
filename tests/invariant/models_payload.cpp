// The mesh computes: a layer whose wavelets carry numbers equals a plain reference, and a partial sum that is forgotten
// shows.
#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "fabric/mesh.hpp"
#include "models/wafer/payload_run.hpp"
#include "support/payload_shapes.hpp"

#include <limits>
#include <string>

#include <catch2/catch.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;
using configs::Reduction;
using workloads::LayerProgram;
using workloads::ModelShape;

namespace {

// A wafer of 32x32 PEs on 2x2 reticles.
configs::Parameters small_wafer(configs::GridSize region, std::uint32_t bits = 16, std::uint32_t context = 50)
{
    auto p                     = configs::machine_parameters("small");
    p.mapping.region           = region;
    p.workload.context         = context;
    p.workload.activation_bits = bits;
    return p;
}

LayerProgram mapped(ModelShape const& shape, configs::Parameters const& p)
{
    return workloads::map_decode_layer(workloads::decode_step(shape, p.workload), p);
}

models::PayloadCheck check_of(models::PayloadRun const& run, LayerProgram const& layer, configs::Parameters const& p)
{
    fabric::Mesh mesh{layer.program, p};
    mesh.run();
    return run.check([&](std::uint32_t x, std::uint32_t y, std::uint32_t address) { return mesh.sram(x, y, address); });
}

models::PayloadCheck check_of(ModelShape const& shape, configs::Parameters const& p, std::uint64_t seed = 1)
{
    models::PayloadRun const run{mapped(shape, p), seed};
    return check_of(run, run.layer(), p);
}

std::string refusal(ModelShape const& shape, configs::Parameters const& p)
{
    try {
        models::PayloadRun{mapped(shape, p), 1};
    } catch (configs::UserError const& error) {
        CHECK(error.code() == configs::Exit::bad_config);
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a layer that the PEs compute equals the reference within what rounding explains")
{
    for (auto const& shape : tests::payload_shapes())
        for (auto const region :
             {configs::GridSize{8, 8}, {16, 16}, {5, 7}, {12, 20}, {32, 3}, {3, 32}, {32, 32}, {24, 9}})
            for (std::uint32_t const bits : {16u, 32u})
                for (auto const reduction : {Reduction::two_level, Reduction::chain, Reduction::tree}) {
                    auto p              = small_wafer(region, bits);
                    p.mapping.reduction = reduction;
                    CAPTURE(shape.name, region.columns, region.rows, bits, static_cast<int>(reduction));
                    auto const check = check_of(shape, p);
                    CHECK(check.numbers == std::uint64_t{region.rows} * shape.hidden + 2 * shape.kv_width());
                    CHECK(check.largest <= check.bound);
                    // The mesh rounds, the reference does not; and the bound is no blank cheque.
                    CHECK(check.rms > (bits == 16 ? 1e-4 : 1e-8));
                    CHECK(check.bound < (bits == 16 ? 0.05 : 1e-5));
                }
}

TEST_CASE("the PEs equal the reference at every length of the context")
{
    auto const shape = tests::llama_like_shape();
    for (std::uint32_t context = 1; context <= 40; ++context) { // the newest token in every column, in every slot
        CAPTURE(context);
        auto const p     = small_wafer({8, 8}, 32, context);
        auto const check = check_of(shape, p, context);
        CHECK(check.largest <= check.bound);
    }
    for (std::uint32_t const context : {1000u, 2048u}) {
        CAPTURE(context);
        auto const check = check_of(shape, small_wafer({32, 32}, 16, context));
        CHECK(check.largest <= check.bound);
    }
}

TEST_CASE("the PEs equal the reference with one head as wide as the hidden vector")
{
    for (auto const region : {configs::GridSize{8, 8}, {16, 16}, {9, 11}, {6, 32}}) { // 8, 4, 6 and 2 elements a row
        auto p              = small_wafer(region, 32);
        p.workload.kv_heads = configs::KvHeads::full;
        CAPTURE(region.columns, region.rows);
        auto const check = check_of(tests::llama_like_shape(), p);
        CHECK(check.largest <= check.bound);
    }
}

TEST_CASE("a reduction that forgets what a PE has itself is noticed in every operator that sums")
{
    auto       shape = tests::llama_like_shape();
    auto const p     = small_wafer({8, 8}, 32);
    shape.qk_norm = shape.post_norms = true;
    models::PayloadRun const run{mapped(shape, p), 1};
    REQUIRE(check_of(run, run.layer(), p).within_bound());

    int summing = 0;
    for (std::size_t op = 0; op < run.layer().program.operators.size(); ++op) {
        auto                  layer  = run.layer();
        workloads::Operation* forget = nullptr;
        for (auto& role : layer.program.roles)
            for (auto& operation : role)
                if (operation.op == op && operation.reduction && operation.combine == workloads::Combine::add &&
                    operation.in != workloads::no_color)
                    forget = &operation;
        if (!forget)
            continue;
        ++summing;
        forget->combine = workloads::Combine::replace;
        CAPTURE(layer.program.operators[op].name);
        auto const check = check_of(run, layer, p);
        CHECK(check.largest > 100 * check.bound);
        CHECK_THROWS_AS(check.require_within_bound(), configs::SimulationFault);
    }
    CHECK(summing == 12); // four norms, query and key norm, qkv, scores, softmax, values, out, gate and up, down
}

TEST_CASE("a PE that leaves out its part of a matrix, of the cache or of the hidden vector is noticed")
{
    auto const               shape = tests::llama_like_shape();
    auto const               bits  = GENERATE(16u, 32u);
    auto const               p     = small_wafer({8, 8}, bits);
    models::PayloadRun const run{mapped(shape, p), 1};
    auto const&              l = run.layer().layout;
    workloads::LayerMemory   at{l};
    struct Part {
        char const*   name;
        std::uint32_t address, elements;
    };
    for (auto const& part :
         {Part{"hidden", at.hidden, l.hidden}, Part{"norm weight", at.norm_weight[1], l.hidden},
          Part{"w_qkv", at.w_qkv, l.hidden * (l.query() + 2 * l.key())}, Part{"keys", at.keys, l.key() * l.tokens},
          Part{"values", at.values, l.key() * l.tokens}, Part{"w_out", at.w_out, l.query() * l.hidden},
          Part{"w_wide", at.w_wide, l.hidden * l.up()}, Part{"w_down", at.w_down, l.ffn * l.hidden},
          Part{"angles", at.angles, l.head}}) {
        CAPTURE(part.name, bits);
        auto layer = run.layer();
        auto pe    = layer.program.sram.begin() + static_cast<std::ptrdiff_t>(layer.program.pe(2, 5) * at.size);
        std::fill_n(pe + part.address, part.elements, 0.0f);
        CHECK_FALSE(check_of(run, layer, p).within_bound());
    }
}

TEST_CASE("numbers change neither the cycles nor the wavelets of a run")
{
    auto const shape = tests::payload_shapes()[GENERATE(0u, 3u, 6u, 8u)];
    auto const p     = small_wafer({12, 20});
    auto const plain = mapped(shape, p);
    CAPTURE(shape.name);
    models::PayloadRun const run{plain, 1};
    fabric::Mesh             without{plain.program, p}, with{run.layer().program, p};
    CHECK(with.run() == without.run());
    for (std::size_t op = 0; op < plain.program.operators.size(); ++op)
        CHECK(with.operator_end(op) == without.operator_end(op));
    CHECK(with.counters().hops == without.counters().hops);
    CHECK(with.counters().delivered == without.counters().delivered);
    CHECK(with.hash() != without.hash()); // the numbers are part of the state
}

TEST_CASE("the same numbers come out for every quantum, visiting order, number of reticles and scribe-line latency")
{
    auto const               shape = tests::llama_like_shape();
    auto const               p     = small_wafer({20, 18});
    models::PayloadRun const run{mapped(shape, p), 1};
    auto const               at     = workloads::LayerMemory{run.layer().layout}.hidden;
    auto const               output = [&](configs::Parameters const& changed) {
        fabric::Mesh mesh{run.layer().program, changed};
        mesh.run();
        std::vector<float> numbers;
        for (std::uint32_t x = 0; x < 20; ++x)
            for (std::uint32_t y = 0; y < 18; ++y)
                numbers.push_back(mesh.sram(x, y, at));
        return numbers;
    };
    auto const expected = output(p);
    auto       changed  = p;
    SECTION("quantum") { changed.run.quantum = 1; }
    SECTION("visiting order") { changed.run.visiting = configs::VisitingOrder::reverse; }
    SECTION("one reticle") { changed.wafer.reticle_columns = changed.wafer.reticle_rows = 1; }
    SECTION("7x5 reticles") { changed.wafer.reticle_columns = 7, changed.wafer.reticle_rows = 5; }
    SECTION("slow scribe lines") { changed.scribe.extra_latency = configs::FabricCycles{13}; }
    SECTION("short queues") { changed.fabric.input_queue_depth = 1; }
    CHECK(output(changed) == expected);
}

TEST_CASE("a run whose heads would be cut through a rotated pair is refused")
{
    auto p              = small_wafer({8, 24});
    p.workload.kv_heads = configs::KvHeads::full;
    CHECK_THAT(refusal(tests::llama_like_shape(), p),
               Contains("3 elements of a head in each of 24 rows") && Contains("workload.kv_heads"));
    auto unrotated            = tests::llama_like_shape();
    unrotated.rotary_fraction = 0;
    CHECK(refusal(unrotated, p).empty());
}

TEST_CASE("a run whose heads are layer-normed is refused")
{
    auto shape    = tests::llama_like_shape();
    shape.qk_norm = true;
    shape.norm    = workloads::Norm::layer;
    CHECK_THAT(refusal(shape, small_wafer({8, 8})), Contains("takes the mean off each head's query and key"));
}

TEST_CASE("a run whose numbers need too much memory is refused with the bytes before they are made")
{
    auto p           = configs::machine_parameters("wse2");
    auto shape       = tests::llama_like_shape();
    shape.hidden     = 12'000;
    shape.ffn        = 40'000;
    shape.head_dim   = 3'000;
    p.workload       = small_wafer({1, 1}).workload;
    p.mapping.region = {600, 600};
    CHECK_THAT(refusal(shape, p), Contains("bytes of memory, and the most is 4294967296"));
}

TEST_CASE("a number that is not one counts as a deviation without bound")
{
    auto const               p = small_wafer({8, 8});
    models::PayloadRun const run{mapped(tests::llama_like_shape(), p), 1};
    auto                     layer                                  = run.layer();
    layer.program.sram[workloads::LayerMemory{layer.layout}.hidden] = std::numeric_limits<float>::quiet_NaN();
    auto const check                                                = check_of(run, layer, p);
    CHECK(check.largest == std::numeric_limits<double>::infinity());
    CHECK_THROWS_WITH(check.require_within_bound(), Contains("something else than the reference"));
}

TEST_CASE("a run without numbers has nothing to require")
{
    models::PayloadCheck check;
    check.largest = 1;
    CHECK_NOTHROW(check.require_within_bound());
}
