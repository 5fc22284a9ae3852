// Which values a parameter takes beside its own.
#include "configs/schema/resolve.hpp"
#include "models/program/sensitivity/trials.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;
using program::Trials;

namespace {

Trials trials(char const* name, char const* value, double factor = 1.1)
{
    auto        parameters = configs::default_parameters();
    auto const& row        = *configs::find_row(name);
    row.set(parameters, value);
    return program::trials_of(row, parameters, factor);
}

} // namespace

TEST_CASE("a quantity goes down and up by the factor, in the unit that it has")
{
    auto const clock = trials("wafer.clock", "0.97 GHz", 2);
    REQUIRE((clock.down && clock.up));
    CHECK(clock.down->text == "0.485 GHz");
    CHECK(clock.up->text == "1.94 GHz");
    CHECK(clock.up->number == Approx(1.94e9));
    CHECK(clock.up->refusal.empty());
}

TEST_CASE("whole cycles, eighths, bytes and counts go to the nearest other value that there is")
{
    auto const hop = trials("fabric.hop_latency", "2 cycles");
    REQUIRE((hop.down && hop.up));
    CHECK(hop.down->text == "1 cycle");
    CHECK(hop.up->text == "3 cycles");

    auto const far = trials("scribe.extra_latency", "20 cycles");
    CHECK(far.down->text == "18 cycles");
    CHECK(far.up->text == "22 cycles");

    auto const eighths = trials("pe.scalar_iteration", "11.5 cycles");
    CHECK(eighths.down->number == 10.5);
    CHECK(eighths.up->number == 12.625);

    auto const bytes = trials("pe.sram", "48 KiB");
    CHECK(bytes.up->number == 54067); // no part of a byte
    CHECK(bytes.down->number == 44684);
    CHECK(trials("gpu.memory", "80 GB").up->text == "88 GB");
}

TEST_CASE("a one that only doubles is left alone, unless doubling is what was asked for")
{
    auto const one = trials("fabric.hop_latency", "1 cycle");
    CHECK_FALSE((one.down || one.up));
    CHECK_THAT(one.reason, Contains("twice as much"));
    auto const doubled = trials("fabric.hop_latency", "1 cycle", 2);
    CHECK_FALSE(doubled.down);
    REQUIRE(doubled.up);
    CHECK(doubled.up->text == "2 cycles");
}

TEST_CASE("what is no number, or nothing, is told why it cannot be varied")
{
    CHECK(trials("run.payload", "true").reason == "yes or no");
    CHECK(trials("workload.model", "tiny").reason == "a name");
    CHECK(trials("mapping.objective", "latency").reason == "a choice of words");
    CHECK_THAT(trials("scribe.extra_latency", "0 cycles").reason, Contains("0 stays 0"));
    CHECK(trials("fabric.wavelet_size", "4 B").reason == "its only value");
    CHECK_THAT(trials("yield.clustering", "none").reason, Contains("no number"));
}

TEST_CASE("a width that is left to the checkpoint is varied by what it came to")
{
    auto const bits = trials("workload.weight_bits", "checkpoint");
    REQUIRE((bits.up && bits.down));
    CHECK(bits.up->text == "17.6");
    CHECK(bits.down->number == Approx(16 / 1.1));
}

TEST_CASE("a width goes to its neighbours among those that there are")
{
    auto const bits = trials("workload.kv_bits", "8");
    REQUIRE((bits.down && bits.up));
    CHECK(bits.down->text == "4");
    CHECK(bits.up->text == "16");
    CHECK_FALSE(trials("workload.kv_bits", "16").up);
}

TEST_CASE("a value beyond the range of its parameter carries the reason")
{
    auto const hop = trials("fabric.hop_latency", "8 cycles");
    REQUIRE((hop.down && hop.up));
    CHECK(hop.down->refusal.empty());
    CHECK_THAT(hop.up->refusal, Contains("outside"));
}
