// The reference that the mesh is held against, against results worked out by hand.
#include "support/payload_shapes.hpp"
#include "workloads/reference_layer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

using namespace scribeline::workloads;
using scribeline::tests::llama_like_shape;

namespace {

// n x n, scaled.
std::vector<float> identity(std::size_t n, float scale = 1)
{
    std::vector<float> m(n * n);
    for (std::size_t i = 0; i < n; ++i)
        m[i * n + i] = scale;
    return m;
}

// One head as wide as the hidden vector, no norms, no rotation; every matrix is the identity, but what goes down from
// the feed-forward is zero: so the output is the input and what attention says.
struct Plain {
    ModelShape   shape = llama_like_shape();
    LayerWeights w;

    explicit Plain(std::vector<float> hidden)
    {
        auto const n = static_cast<std::uint32_t>(hidden.size());
        shape.hidden = shape.head_dim = shape.ffn = n;
        shape.heads = shape.kv_heads = 1;
        shape.gated = shape.pre_norms = false;
        shape.rotary_fraction         = 0;
        shape.norm_epsilon            = 0;
        w.hidden                      = std::move(hidden);
        w.wq = w.wk = w.wv = w.wo = w.up = identity(n);
        w.down.assign(std::size_t{n} * n, 0.0f);
    }
    LayerResult result() const { return decode_layer(shape, w); }
};

void check_equal(std::vector<double> const& is, std::vector<double> const& should_be)
{
    REQUIRE(is.size() == should_be.size());
    for (std::size_t i = 0; i < is.size(); ++i) {
        CAPTURE(i);
        CHECK(is[i] == Approx(should_be[i]).margin(1e-12));
    }
}

} // namespace

TEST_CASE("a token that attends to itself alone adds its own value to the residual")
{
    Plain layer{{1, -2}};
    layer.w.wv        = {1, 2, 3, 4}; // (1, -2) times it: (1 - 6, 2 - 8)
    layer.w.wo        = {0, 1, 1, 0};
    auto const result = layer.result();
    check_equal(result.value, {-5, -6});
    check_equal(result.hidden, {1 - 6, -2 - 5});
}

TEST_CASE("attention weighs values by the softmax of scaled products")
{
    // Query (4, 0) in four elements, divided by 2: scores are twice the first element of each key. The old token's
    // exceeds the new one's by ln 3: weights 3/4 and 1/4.
    Plain layer{{4, 0, 0, 0}};
    layer.w.wk.assign(16, 0.0f);
    layer.w.wv     = identity(4);
    layer.w.keys   = {static_cast<float>(std::log(3.0) / 2), 9, 9, 9};
    layer.w.values = {0, 8, 0, -8};
    auto const out = layer.result().hidden;
    CHECK(out[0] == Approx(4 + 0.25 * 4).epsilon(1e-6));
    CHECK(out[1] == Approx(0.75 * 8).epsilon(1e-6));
    CHECK(out[3] == Approx(0.75 * -8).epsilon(1e-6));
}

TEST_CASE("query heads share keys and values in order")
{
    // Four query heads of one element, two of keys and values: heads 0 and 1 read the first, 2 and 3 the second.
    auto shape  = Plain{{1, 1, 1, 1}}.shape;
    shape.heads = 4, shape.kv_heads = 2, shape.head_dim = 1;
    Plain layer{{1, 1, 1, 1}};
    layer.w.wk = layer.w.wv = {1, 0, 0, 1, 1, 0, 0, 1}; // (2, 2)
    layer.w.wk.assign(8, 0.0f);
    layer.w.wv = {1, 10, 0, 0, 0, 0, 0, 0};
    check_equal(decode_layer(shape, layer.w).hidden, {2, 2, 11, 11});
}

TEST_CASE("a root mean square norm divides by the root of the mean square")
{
    Plain layer{{3, 4}};
    layer.shape.pre_norms  = true;
    layer.w.attention_norm = {1, 2};
    layer.w.ffn_norm       = {1, 1};
    double const root      = std::sqrt(12.5);
    check_equal(layer.result().key, {3 / root, 8 / root});

    layer.shape.norm_epsilon = 12.5;
    check_equal(layer.result().key, {3.0 / 5, 8.0 / 5});
}

TEST_CASE("a layer norm takes the mean off first")
{
    Plain layer{{3, 7}};
    layer.shape.pre_norms  = true;
    layer.shape.norm       = Norm::layer;
    layer.w.attention_norm = {1, 3};
    layer.w.ffn_norm       = {1, 1};
    check_equal(layer.result().key, {-1, 3});
}

TEST_CASE("norms of queries and keys go head by head")
{
    Plain layer{{3, 4, 6, 8}};
    layer.shape.heads = layer.shape.kv_heads = 2;
    layer.shape.head_dim                     = 2;
    layer.shape.qk_norm                      = true;
    layer.w.query_norm = layer.w.key_norm = {1, 1};
    double const root                     = std::sqrt(12.5);
    check_equal(layer.result().key, {3 / root, 4 / root, 3 / root, 4 / root});
}

TEST_CASE("the rotary embedding turns element i with element i + half by the position times theta^(-2i/n)")
{
    Plain layer{{1, 2, 3, 4}};
    layer.shape.rotary_fraction = 1;
    layer.shape.rope_theta      = 100;
    layer.w.keys.assign(3 * 4, 0.0f); // three tokens before: the position is 3
    layer.w.values.assign(3 * 4, 0.0f);
    auto const c0 = std::cos(3.0), s0 = std::sin(3.0), c1 = std::cos(0.3), s1 = std::sin(0.3);
    check_equal(layer.result().key, {c0 - 3 * s0, 2 * c1 - 4 * s1, 3 * c0 + s0, 4 * c1 + 2 * s1});
    check_equal(layer.result().value, {1, 2, 3, 4});

    SECTION("of a part of the head when only a part is rotated")
    {
        layer.shape.rotary_fraction = 0.5;
        check_equal(layer.result().key, {c0 - 2 * s0, 2 * c0 + s0, 3, 4});
    }
    SECTION("and products of query and key depend on the distance alone")
    {
        // The same vector as query and as key of the same token: its length, whatever the position.
        layer.w.wv.assign(16, 0.0f);
        auto const result = layer.result();
        double     length = 0;
        for (auto const k : result.key)
            length += k * k;
        CHECK(length == Approx(1 + 4 + 9 + 16));
    }
}

TEST_CASE("the fraction of a head that rotates is counted in pairs")
{
    auto shape     = llama_like_shape();
    shape.head_dim = 80, shape.rotary_fraction = 0.4;
    CHECK(rotated_elements(shape) == 32);
    shape.head_dim = 128, shape.rotary_fraction = 0.75;
    CHECK(rotated_elements(shape) == 96);
    shape.head_dim = 10, shape.rotary_fraction = 0.5;
    CHECK(rotated_elements(shape) == 4);
}

TEST_CASE("the feed-forward widens, activates, multiplies with its gate and comes down")
{
    Plain layer{{2, -1}};
    layer.shape.activation = Activation::relu;
    layer.w.wo.assign(4, 0.0f); // attention is silent
    layer.w.up   = {1, 0, 0, 1};
    layer.w.down = {1, 1, 10, 10};
    check_equal(layer.result().hidden, {2 + 2, -1 + 2}); // relu(2, -1) = (2, 0)

    layer.shape.gated = true;
    layer.w.gate      = {3, 0, 0, -5}; // relu(6, 5) times up (2, -1) = (12, -5)
    check_equal(layer.result().hidden, {2 + 12 - 50, -1 + 12 - 50});
}

TEST_CASE("the feed-forward reads what attention left, or in parallel blocks what attention read")
{
    Plain layer{{1, 0}};
    layer.shape.activation = Activation::relu;
    layer.w.down           = identity(2);
    check_equal(layer.result().hidden, {1 + 1 + 2, 0});
    layer.shape.parallel_blocks = true;
    check_equal(layer.result().hidden, {1 + 1 + 1, 0});
}

TEST_CASE("norms after the blocks stand before the residuals")
{
    Plain layer{{3, 4}};
    layer.shape.activation      = Activation::relu;
    layer.shape.post_norms      = true;
    layer.shape.parallel_blocks = true; // the feed-forward reads (3, 4) as attention does
    layer.w.post_attention_norm = {1, 1};
    layer.w.post_ffn_norm       = {0, 10};
    layer.w.down                = identity(2, 7); // its size does not matter to a norm
    double const root           = std::sqrt(12.5);
    check_equal(layer.result().hidden, {3 + 3 / root, 4 + 4 / root + 40 / root});
}

TEST_CASE("activations have their textbook values at 1 and -1")
{
    CHECK(activate(Activation::silu, 1) == Approx(0.7310585786300049).epsilon(1e-14));
    CHECK(activate(Activation::silu, -1) == Approx(-0.2689414213699951).epsilon(1e-14));
    CHECK(activate(Activation::gelu, 1) == Approx(0.8413447460685429).epsilon(1e-14));
    CHECK(activate(Activation::gelu, -1) == Approx(-0.15865525393145707).epsilon(1e-14));
    CHECK(activate(Activation::gelu_tanh, 1) == Approx(0.8411919906082768).epsilon(1e-13));
    CHECK(activate(Activation::relu, -1) == 0);
    CHECK(activate(Activation::relu, 1) == 1);
}

TEST_CASE("made-up weights follow from the seed alone, and fp16 holds each of them exactly")
{
    auto const shape = llama_like_shape();
    auto const w     = random_weights(shape, 9, 7);
    CHECK(w.hidden == random_weights(shape, 9, 7).hidden);
    CHECK(w.wq != random_weights(shape, 9, 8).wq);
    CHECK(w.wq != w.wo);
    CHECK(w.keys.size() == 8u * 2 * 16);
    CHECK(w.values != w.keys);
    CHECK(w.gate.size() == 64u * 160);
    CHECK(w.post_ffn_norm.empty());
    for (auto const* tensor : {&w.hidden, &w.wq, &w.wo, &w.gate, &w.down, &w.attention_norm, &w.keys})
        for (auto const x : *tensor) {
            int        exponent = 0;
            auto const bits     = std::ldexp(std::frexp(x, &exponent), 11);
            REQUIRE(bits == std::nearbyint(bits));
            REQUIRE((x == 0 || (exponent > -13 && exponent < 5)));
        }
    double bytes = 0;
    for (auto const* tensor : {&w.wq, &w.wk, &w.wv, &w.wo, &w.gate, &w.up, &w.down, &w.keys, &w.values})
        bytes += static_cast<double>(tensor->size() * sizeof(float));
    CHECK(bytes == bytes_of_weights(shape, 9));
}

TEST_CASE("made-up weights keep every vector of a layer about as large as its input")
{
    auto shape     = llama_like_shape();
    shape.hidden   = GENERATE(64u, 512u);
    shape.head_dim = shape.hidden / 4;
    shape.ffn      = shape.hidden * 3;
    for (auto const context : {1u, 300u}) {
        CAPTURE(shape.hidden, context);
        auto const w      = random_weights(shape, context, 3);
        auto const result = decode_layer(shape, w);
        auto const rms    = [](auto const& x) {
            double squares = 0;
            for (auto const e : x)
                squares += static_cast<double>(e) * static_cast<double>(e);
            return std::sqrt(squares / static_cast<double>(x.size()));
        };
        CHECK(rms(w.hidden) == Approx(1.2).margin(0.2));
        CHECK(rms(result.key) == Approx(1.1).margin(0.6));
        CHECK(rms(result.value) == Approx(1.1).margin(0.6));
        CHECK(rms(result.hidden) > 1);
        CHECK(rms(result.hidden) < 5);
    }
}
