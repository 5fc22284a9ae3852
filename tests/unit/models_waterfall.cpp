// The bars from the memory's peak to what came out add up to the token.
#include "models/wafer/waterfall.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using models::Outcome;
using models::Part;
using models::Parts;

namespace {

configs::Parameters parameters()
{
    configs::Parameters p{};
    p.pe.sram_read_bytes = 16;
    return p;
}

// `simulated`: the parts are those of a token, otherwise of one of 32 layers.
Outcome outcome_of(Parts const& parts, bool simulated)
{
    Outcome o;
    o.parts           = parts;
    o.layers          = 32;
    o.token.simulated = simulated;
    o.clock_hz        = 0.85e9;
    for (auto const part : parts)
        o.cycles_per_token += part * (simulated ? 1 : 32);
    o.time_per_output_token = configs::Seconds{static_cast<double>(o.cycles_per_token) / o.clock_hz};
    return o;
}

constexpr Parts usual{2867, 3059, 0, 4054, 0, 348, 2905, 0, 17};

} // namespace

TEST_CASE("the bars of the waterfall add up to the token, whether one layer was simulated or all")
{
    auto const simulated = GENERATE(true, false);
    auto const outcome   = outcome_of(usual, simulated);
    // From nothing to read to more than the whole token could: the first bar then takes from the other parts.
    auto const bytes = GENERATE(0.0, 1e6, 16.1e9, 3e11, 1e15);
    auto const bars  = models::waterfall_of(outcome, parameters(), bytes, 420 * 420);
    CAPTURE(simulated, bytes);
    REQUIRE(bars.size() == 1 + models::part_count);
    auto const token  = outcome.time_per_output_token.value();
    double     sum    = 0;
    double     before = 0;
    for (auto const& bar : bars) {
        CAPTURE(bar.name);
        sum += bar.time.value();
        CHECK(bar.time.value() >= 0);
        CHECK(bar.so_far.value() >= before);
        CHECK(bar.so_far.value() == Approx(sum).epsilon(1e-12).margin(1e-12 * token));
        if (bar.so_far.value() > 0)
            CHECK(bar.tokens_per_second == Approx(1 / bar.so_far.value()).epsilon(1e-12));
        CHECK(bar.meaning.size() > 20);
        CHECK(bar.meaning.find(". ") == std::string::npos); // one sentence
        before = bar.so_far.value();
    }
    CHECK(sum == Approx(token).epsilon(1e-12));
    CHECK(bars.back().so_far.value() == Approx(token).epsilon(1e-15));
}

TEST_CASE("beyond the memory's peak the bars are the parts, in whole cycles")
{
    auto const outcome = outcome_of(usual, false);
    auto const pes     = 420.0 * 420.0;
    auto const bytes   = 16.1e9; // takes 5,704.4 of the 91,744 cycles of arithmetic
    auto const bars    = models::waterfall_of(outcome, parameters(), bytes, pes);
    auto const reading = bytes / (pes * 16 * 0.85e9);
    CHECK(bars[0].time.value() == Approx(reading).epsilon(1e-14));
    CHECK(bars[1].time.value() == Approx(2867 * 32 / 0.85e9 - reading).epsilon(1e-12));
    std::uint64_t cycles = usual[0] * 32;
    CHECK(bars[1].so_far.value() == static_cast<double>(cycles) / 0.85e9);
    for (std::size_t part = 1; part < models::part_count; ++part) {
        cycles += usual[part] * 32;
        CAPTURE(bars[part + 1].name);
        CHECK(bars[part + 1].time.value() == static_cast<double>(usual[part] * 32) / 0.85e9);
        CHECK(bars[part + 1].so_far.value() == static_cast<double>(cycles) / 0.85e9);
    }
    CHECK(cycles == outcome.cycles_per_token);
}

TEST_CASE("what the memory's peak takes beyond arithmetic is taken from the SRAM ports, then from the other parts")
{
    auto const at      = [](Part part) { return 1 + static_cast<std::size_t>(part); };
    auto const outcome = outcome_of({100, 50, 40, 300, 0, 0, 0, 0, 0}, true);
    auto const cycles  = [&](double reading) { // that the first bar takes, of one PE
        auto                bars = models::waterfall_of(outcome, parameters(), reading * 16, 1);
        std::vector<double> list;
        for (auto const& bar : bars)
            list.push_back(bar.time.value() * 0.85e9);
        return list;
    };
    auto const some = cycles(130);
    CHECK(some[at(Part::arithmetic)] == Approx(0).margin(1e-9));
    CHECK(some[at(Part::sram)] == Approx(10));
    CHECK(some[at(Part::dispatch)] == Approx(50));
    auto const more = cycles(170);
    CHECK(more[at(Part::sram)] == Approx(0).margin(1e-9));
    CHECK(more[at(Part::dispatch)] == Approx(20));
    CHECK(more[at(Part::hops)] == Approx(300));
    auto const all = cycles(1e6); // more than the token: never longer than it
    CHECK(all[0] == Approx(490));
    CHECK(all[at(Part::hops)] == Approx(0).margin(1e-9));
}

TEST_CASE("cycles that no part explains are a bar of their own")
{
    auto outcome = outcome_of(usual, true);
    outcome.cycles_per_token += 1000;
    auto const bars = models::waterfall_of(outcome, parameters(), 1e6, 1e4);
    REQUIRE(bars.size() == 2 + models::part_count);
    CHECK(bars.back().time.value() == Approx(1000 / 0.85e9));
    CHECK(bars.back().name == "not told apart");
}
