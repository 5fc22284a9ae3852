// Is a rack of LPUs as fast as its vendor's service states? From what reaches its matrix units, not from the peak of
// its SRAM.
#include "support/accelerators.hpp"

#include "configs/schema/resolve.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "workloads/decode_step.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>

using namespace scribeline;

namespace {

models::StepOutcome decoded(char const* machine, std::uint32_t chips, char const* model, std::uint32_t bits,
                            std::uint32_t context)
{
    auto p                 = configs::machine_parameters(machine);
    p.sram.chips           = chips;
    p.workload.context     = context;
    p.workload.weight_bits = bits;
    auto const step        = workloads::decode_step(workloads::read_model(model), p.workload);
    return tests::decode_on_stream(step, p, 1);
}

} // namespace

TEST_CASE("an LPU rack of the first generation serves what its vendor stated in 2024")
{
    // Tokens a second of one request (press on the service, 2024), weights of 16 bits on as few chips as hold them. The
    // overhead of the server was set by the first row; nothing by the second.
    struct Stated {
        char const*   model;
        std::uint32_t chips, context;
        double        rate, tolerance;
    };
    for (auto const& each : {Stated{"llama-2-7b", 72, 2048, 750, 0.02}, Stated{"llama-2-70b", 640, 4096, 300, 0.12}}) {
        auto const outcome = decoded("lpu-v1", each.chips, each.model, 16, each.context);
        auto const rate    = 1 / outcome.served.value();
        std::printf("%-12s on %u LPUs: %5.0f tokens/s served, stated %5.0f: %+5.1f %%; the hardware alone %5.0f\n",
                    each.model, each.chips, rate, each.rate, 100 * (rate / each.rate - 1), 1 / outcome.floor.value());
        CAPTURE(each.model, rate);
        CHECK(outcome.footprint.fits());
        CHECK(std::fabs(rate / each.rate - 1) < each.tolerance);
    }
}

TEST_CASE("a chip of an LPX rack does more than one of the first generation")
{
    // Narrow floating point, half as much SRAM again and more, wider links, a faster clock: fewer chips, less time.
    auto const first = decoded("lpu-v1", 640, "llama-2-70b", 16, 4096);
    auto const rack  = decoded("lpx", 256, "llama-2-70b", 8, 4096);
    std::printf("70B: %.0f tokens/s on 640 LPUs with 16 bits, %.0f on the 256 of an LPX rack with 8\n",
                1 / first.floor.value(), 1 / rack.floor.value());
    CHECK(rack.footprint.fits());
    CHECK(rack.floor < first.floor);
}
