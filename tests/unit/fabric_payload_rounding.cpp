// The rounding of tables before a run is that of the datapath during the run.
#include "fabric/payload.hpp"
#include "workloads/mapping/rounding.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#define IMATH_HALF_NO_LOOKUP_TABLE
#include <Imath/half.h>

using namespace scribeline;
using workloads::rounded_to_fp16;

TEST_CASE("rounding to fp16 gives what a half keeps, at every half and around the middle between two")
{
    for (std::uint32_t bits = 0; bits < 0x7bff; ++bits) { // the largest finite one, and none behind it
        Imath::half low, high;
        low.setBits(static_cast<std::uint16_t>(bits));
        high.setBits(static_cast<std::uint16_t>(bits + 1));
        float const a = low, b = high, middle = (a + b) / 2;
        for (float const x : {a, middle, std::nextafter(middle, 0.0f), std::nextafter(middle, 1e9f)})
            for (float const sign : {1.0f, -1.0f}) {
                float const expected = Imath::half{sign * x};
                if (rounded_to_fp16(sign * x) != expected) {
                    CAPTURE(bits, x, sign);
                    CHECK(rounded_to_fp16(sign * x) == expected);
                }
            }
    }
    CHECK(rounded_to_fp16(65519.0f) == 65504.0f);
    CHECK(rounded_to_fp16(65520.0f) == std::numeric_limits<float>::infinity());
    CHECK(rounded_to_fp16(-1e30f) == -std::numeric_limits<float>::infinity());
    CHECK(rounded_to_fp16(1e-9f) == 0.0f);
}

TEST_CASE("a head of nothing but padding stays zero when its norm has no epsilon")
{
    auto const         element = GENERATE(workloads::Element::fp16, workloads::Element::fp32);
    workloads::Program program;
    program.element       = element;
    program.sram_elements = 4; // two elements, their weights' place is theirs too, and the square sum
    fabric::Payload       payload{program, 1};
    workloads::KernelCall call{workloads::Kernel::normalise, 0, 0, 0, 2, 2, 0};
    payload.run(0, call);
    CHECK(payload.sram(0)[0] == 0.0f);
    CHECK(payload.sram(0)[1] == 0.0f);
}
