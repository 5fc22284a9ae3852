// Numbers in wavelets: rounding to fp16, how a received word meets SRAM, and each kernel on an example done by hand.
#include "fabric/payload.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#define IMATH_HALF_NO_LOOKUP_TABLE
#include <Imath/half.h>

using namespace scribeline;
using fabric::Payload;
using workloads::Combine;
using workloads::Element;
using workloads::Kernel;
using workloads::KernelCall;

namespace {

// One PE with 64 numbers.
struct OnePe {
    explicit OnePe(Element element = Element::fp32, workloads::Activation f = workloads::Activation::relu)
        : payload{program_of(element, f), 1}
    {
    }
    static workloads::Program program_of(Element element, workloads::Activation f)
    {
        workloads::Program program;
        program.element       = element;
        program.activation    = static_cast<int>(f);
        program.sram_elements = 64;
        return program;
    }
    OnePe& put(std::uint32_t at, std::initializer_list<float> numbers)
    {
        std::copy(numbers.begin(), numbers.end(), payload.sram(0) + at);
        return *this;
    }
    std::vector<float> run(KernelCall const& call, std::uint32_t at, std::uint32_t count)
    {
        payload.run(0, call);
        return get(at, count);
    }
    std::vector<float> get(std::uint32_t at, std::uint32_t count)
    {
        return {payload.sram(0) + at, payload.sram(0) + at + count};
    }
    // A number that travels in a wavelet and is put down.
    float sent(float x)
    {
        put(0, {x, x});
        payload.combine(0, 2, 0, payload.load(0, 0, 0), Combine::replace, true);
        return payload.sram(0)[2];
    }
    Payload payload;
};

KernelCall call(Kernel kernel, std::uint32_t dst, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t n,
                std::uint32_t m = 0, std::uint32_t heads = 1, std::uint32_t rep = 1)
{
    KernelCall k{kernel, dst, a, b, c};
    k.n     = n;
    k.m     = m;
    k.heads = heads;
    k.rep   = rep;
    return k;
}

using Numbers = std::vector<float>;

} // namespace

TEST_CASE("a number in half a wavelet is rounded to the nearest fp16, ties to even")
{
    OnePe      pe{Element::fp16};
    auto const tiny = std::ldexp(1.0f, -24); // the smallest fp16
    CHECK(pe.sent(1.0f / 3) == 0.333251953125f);
    CHECK(pe.sent(1 + std::ldexp(1.0f, -11)) == 1.0f);
    CHECK(pe.sent(1 + 3 * std::ldexp(1.0f, -11)) == 1 + std::ldexp(1.0f, -9));
    CHECK(pe.sent(2049) == 2048);
    CHECK(pe.sent(2051) == 2052);
    CHECK(pe.sent(-65504) == -65504);
    CHECK(pe.sent(65519) == 65504);
    CHECK(std::isinf(pe.sent(65520)));
    CHECK(pe.sent(tiny) == tiny);
    CHECK(pe.sent(tiny / 2) == 0);
    CHECK(pe.sent(tiny * 0.75f) == tiny);
    CHECK(std::signbit(pe.sent(-0.0f)));
    CHECK(std::isnan(pe.sent(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("sums of fp16 elements are rounded as Imath rounds them")
{
    OnePe           pe{Element::fp16};
    std::mt19937_64 random{3};
    auto const      number = [&] {
        return static_cast<float>(
            Imath::half{std::ldexp(static_cast<float>(random() % 4096) - 2048, static_cast<int>(random() % 12) - 8)});
    };
    for (int i = 0; i < 2000; ++i) {
        float const a = number(), b = number(), c = number(), d = number();
        pe.put(0, {a, b, c, d});
        pe.payload.combine(0, 2, 0, pe.payload.load(0, 0, 0), Combine::add, true);
        REQUIRE(pe.get(2, 2) == Numbers{Imath::half{a + c}, Imath::half{b + d}});
    }
}

TEST_CASE("a received word replaces, adds to, or is compared with the element in SRAM")
{
    auto const    element = GENERATE(Element::fp16, Element::fp32);
    OnePe         pe{element};
    std::uint32_t index = element == Element::fp16 ? 1 : 2; // the word that holds element 2
    pe.put(0, {9, 9, 5, -7}).put(8, {0, 0, 3, -2});
    auto const word = pe.payload.load(0, 0, index);
    auto const meet = [&](Combine how, bool store) {
        pe.put(8, {0, 0, 3, -2});
        auto const result = pe.payload.combine(0, 8, index, word, how, store);
        auto const kept   = pe.get(8, 4);
        pe.payload.combine(0, 16, index, result, Combine::replace, true);
        CHECK(kept == (store ? Numbers{0, 0, pe.get(18, 1)[0], element == Element::fp16 ? pe.get(19, 1)[0] : -2}
                             : Numbers{0, 0, 3, -2}));
        return pe.get(18, 1)[0];
    };
    for (bool const store : {false, true}) {
        CHECK(meet(Combine::replace, store) == 5);
        CHECK(meet(Combine::add, store) == 8);
        CHECK(meet(Combine::max, store) == 5);
    }
    if (element == Element::fp16)
        CHECK(pe.get(19, 1)[0] == -2); // the larger of -7 and -2
}

TEST_CASE("fp32 numbers travel bit by bit")
{
    OnePe pe;
    for (float const x : {0.1f, -3e38f, 1e-45f, 16777217.0f})
        CHECK(pe.sent(x) == x);
}

TEST_CASE("a matrix-vector product takes the matrix input by input")
{
    OnePe pe;
    pe.put(0, {2, 3}).put(4, {1, 10, 100, 4, 40, 400}).put(16, {7, 7, 7, 7});
    CHECK(pe.run(call(Kernel::matrix_vector, 16, 0, 4, 0, 2, 3), 16, 4) == Numbers{14, 140, 1400, 7});
}

TEST_CASE("a matrix-vector product in fp16 rounds after each multiply-accumulate")
{
    OnePe pe{Element::fp16};
    pe.put(0, {1, 1, 1}).put(4, {2048, 1, 1});
    CHECK(pe.run(call(Kernel::matrix_vector, 16, 0, 4, 0, 3, 1), 16, 1) == Numbers{2048}); // not 2050
}

TEST_CASE("sums of squares, per head, and the sum as well for a norm with a mean")
{
    OnePe pe;
    pe.put(0, {1, 2, 3, 4});
    auto k  = call(Kernel::square_sum, 8, 0, 0, 0, 2, 0, 2);
    k.scale = 0.5f;
    CHECK(pe.run(k, 8, 2) == Numbers{2.5f, 12.5f});
    k.n     = 4;
    k.m     = 1;
    k.heads = 1;
    CHECK(pe.run(k, 8, 2) == Numbers{15, 5});
}

TEST_CASE("a norm scales each head by the root of its mean square, and by its weights")
{
    OnePe pe;
    pe.put(0, {3, 6, 10, 20}).put(8, {1, 2, 1, 0.5f}).put(16, {7, 23});
    auto k    = call(Kernel::normalise, 24, 0, 8, 16, 2, 0, 2);
    k.epsilon = 2; // sqrt(9) and sqrt(25)
    CHECK(pe.run(k, 24, 4)[0] == Approx(1));
    CHECK(pe.get(24, 4)[1] == Approx(4));
    CHECK(pe.get(24, 4)[2] == Approx(2));
    CHECK(pe.get(24, 4)[3] == Approx(2));
}

TEST_CASE("a norm with a mean takes it off, and its square from the variance")
{
    OnePe pe;
    pe.put(0, {3, 7}).put(8, {1, 1}).put(16, {29, 5}); // mean square 29, mean 5: variance 4
    CHECK(pe.run(call(Kernel::normalise, 24, 0, 8, 16, 2, 1), 24, 2) == Numbers{-1, 1});
}

TEST_CASE("pairs are turned by their angles")
{
    OnePe pe;
    pe.put(0, {1, 0, 2, 3, 5, 6, 7, 8}).put(8, {0, 1, 1, 0}); // a right angle, and none
    CHECK(pe.run(call(Kernel::rotate, 16, 0, 8, 0, 4, 0, 2), 16, 8) == Numbers{0, 1, 2, 3, -6, 5, 7, 8});
}

TEST_CASE("scores are products with the keys of the head that queries share")
{
    OnePe pe;
    // Two query heads of two elements share one key head; three tokens: keys are [element][token].
    pe.put(0, {1, 2, 3, 4}).put(8, {1, 2, 3, 10, 20, 30});
    auto k  = call(Kernel::scores, 16, 0, 8, 0, 2, 3, 2, 2);
    k.scale = 2;
    CHECK(pe.run(k, 16, 6) == Numbers{42, 84, 126, 86, 172, 258});
}

TEST_CASE("the softmax leaves out what the mask leaves out")
{
    OnePe pe;
    pe.put(0, {5, 1, 90, -3, 2, 80}).put(8, {1, 1, 0}); // two heads, three tokens, the last is padding
    CHECK(pe.run(call(Kernel::local_max, 16, 0, 0, 8, 0, 3, 2), 16, 2) == Numbers{5, 2});
    auto const totals = pe.run(call(Kernel::exponentials, 20, 0, 16, 8, 0, 3, 2), 20, 2);
    CHECK(totals[0] == Approx(1 + std::exp(-4.0)));
    CHECK(totals[1] == Approx(1 + std::exp(-5.0)));
    CHECK(pe.get(0, 1) == Numbers{1});
    CHECK(pe.get(1, 1)[0] == Approx(std::exp(-4.0)));
    CHECK(pe.get(2, 1) == Numbers{0});
    CHECK(pe.get(5, 1) == Numbers{0});
}

TEST_CASE("a column without tokens has the lowest maximum, and no share of the sum")
{
    OnePe pe;
    pe.put(0, {5, 6}).put(8, {0, 0});
    auto const lowest = pe.run(call(Kernel::local_max, 16, 0, 0, 8, 0, 2), 16, 1)[0];
    CHECK(lowest <= -60000);
    CHECK(std::isfinite(lowest));
    pe.put(16, {3});
    CHECK(pe.run(call(Kernel::exponentials, 20, 0, 16, 8, 0, 2), 20, 1) == Numbers{0});
}

TEST_CASE("values are weighted by the scores over their total")
{
    OnePe pe;
    // One value head [token][element], two query heads that share it, totals 2 and 4.
    pe.put(0, {1, 1, 4, 0}).put(8, {10, 20, 30, 50}).put(16, {2, 4});
    CHECK(pe.run(call(Kernel::weighted_values, 24, 0, 8, 16, 2, 2, 2, 2), 24, 4) == Numbers{20, 35, 10, 20});
}

TEST_CASE("a new token is appended at its slot, and nowhere where the slot is negative")
{
    OnePe      pe;
    auto const empty = Numbers(8, 0);
    pe.put(0, {1, 2, 3, 4}).put(8, {-1});
    CHECK(pe.run(call(Kernel::append_key, 16, 0, 0, 8, 2, 2, 2), 16, 8) == empty);
    CHECK(pe.run(call(Kernel::append_value, 16, 0, 0, 8, 2, 2, 2), 16, 8) == empty);
    pe.put(8, {1});
    CHECK(pe.run(call(Kernel::append_key, 16, 0, 0, 8, 2, 2, 2), 16, 8) == Numbers{0, 1, 0, 2, 0, 3, 0, 4});
    CHECK(pe.run(call(Kernel::append_value, 24, 0, 0, 8, 2, 2, 2), 24, 8) == Numbers{0, 0, 1, 2, 0, 0, 3, 4});
}

TEST_CASE("activations have their values")
{
    using workloads::Activation;
    struct Row {
        Activation f;
        float      x, y;
    };
    auto const row = GENERATE(values<Row>({
        {Activation::relu, -2, 0},
        {Activation::relu, 2, 2},
        {Activation::silu, 0, 0},
        {Activation::silu, 1, 0.731059f},
        {Activation::silu, -20, -4.122307e-08f},
        {Activation::gelu, 1, 0.841345f},
        {Activation::gelu, -1, -0.158655f},
        {Activation::gelu_tanh, 1, 0.841192f},
        {Activation::gelu_tanh, -1, -0.158808f},
    }));
    OnePe      pe{Element::fp32, row.f};
    CAPTURE(static_cast<int>(row.f), row.x);
    pe.put(0, {row.x, 3}).put(4, {10, 100});
    CHECK(pe.run(call(Kernel::activate, 8, 0, 0, 0, 1), 8, 2)[0] == Approx(row.y).epsilon(1e-5).margin(1e-12));
    CHECK(pe.get(9, 1) == Numbers{0});
    CHECK(pe.run(call(Kernel::gate, 8, 0, 4, 0, 1), 8, 1)[0] == Approx(10 * row.y).epsilon(1e-5).margin(1e-12));
}

TEST_CASE("a residual is added to what is there")
{
    OnePe pe;
    pe.put(0, {1, 2}).put(8, {10, 20, 30});
    CHECK(pe.run(call(Kernel::accumulate, 8, 0, 0, 0, 2), 8, 3) == Numbers{11, 22, 30});
}
