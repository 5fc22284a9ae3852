// What is drawn has the distribution that it claims, whatever the seed: means and variances within five standard
// errors, and the greatest distance to the distribution within what chance allows once in a thousand times. The seeds
// are fixed: a failure is one for good, and names its seed.
#include "support/traces.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/exact_math.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;

namespace {

constexpr std::size_t draws = 40'000;

struct Moments {
    double mean = 0, variance = 0;
};

Moments moments_of(std::vector<double> const& values)
{
    double sum = 0, squares = 0;
    for (double const each : values)
        sum += each;
    auto const mean = sum / static_cast<double>(values.size());
    for (double const each : values)
        squares += (each - mean) * (each - mean);
    return {mean, squares / static_cast<double>(values.size())};
}

// Kolmogorov and Smirnov: the greatest distance between the share of values up to x and what it should be.
double distance(std::vector<double> values, std::function<double(double)> const& share)
{
    std::sort(values.begin(), values.end());
    double most = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        double const at = share(values[i]), n = static_cast<double>(values.size());
        most =
            std::max({most, std::abs(at - static_cast<double>(i) / n), std::abs(at - static_cast<double>(i + 1) / n)});
    }
    return most;
}

double const by_chance = 1.95 / std::sqrt(static_cast<double>(draws));

std::vector<double> many(std::uint64_t seed, std::function<double(configs::SplitMix64&)> const& one)
{
    auto random = configs::SplitMix64{seed};
    auto list   = std::vector<double>(draws);
    for (auto& each : list)
        each = one(random);
    return list;
}

double normal_share(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

} // namespace

TEST_CASE("draws follow their distributions")
{
    auto const seed = GENERATE(1U, 20U, 300U);
    CAPTURE(seed);
    CHECK(distance(many(seed, draw_normal), normal_share) < by_chance);
    CHECK(distance(many(seed, draw_exponential), [](double x) { return 1 - std::exp(-x); }) < by_chance);
    auto const lognormal = parse_distribution("lognormal:mean=1000,cv=0.8");
    auto const sigma     = std::sqrt(std::log(1 + 0.8 * 0.8));
    CHECK(distance(many(seed, [&](auto& r) { return draw(lognormal, r); }), [&](double x) {
              return normal_share((std::log(x / 1000) + sigma * sigma / 2) / sigma);
          }) < by_chance);
    CHECK(distance(many(seed, [](auto& r) { return draw(parse_distribution("uniform:low=3,high=7"), r); }),
                   [](double x) { return (x - 3) / 4; }) < by_chance);
    // A gamma distribution of shape 1 is exponential, of shape 1/2 the half of a squared normal.
    CHECK(distance(many(seed, [](auto& r) { return draw_gamma(1, r); }), [](double x) { return 1 - std::exp(-x); }) <
          by_chance);
    CHECK(distance(many(seed, [](auto& r) { return draw_gamma(0.5, r); }),
                   [](double x) { return std::erf(std::sqrt(x)); }) < by_chance);
    CHECK(distance(many(seed, [](auto& r) { return draw_gamma(3, r); }),
                   [](double x) { return 1 - std::exp(-x) * (1 + x + x * x / 2); }) < by_chance);
}

TEST_CASE("gaps between arrivals have the rate and the cv that were asked for")
{
    auto const seed = GENERATE(4U, 50U);
    auto const kind = GENERATE(ArrivalKind::poisson, ArrivalKind::gamma, ArrivalKind::weibull);
    auto const cv   = kind == ArrivalKind::poisson ? 1.0 : GENERATE(0.4, 1.0, 2.5);
    CAPTURE(seed, cv, static_cast<int>(kind));
    auto const gap  = GapDraw{{kind, 8, cv}};
    auto const seen = moments_of(many(seed, [&](auto& r) { return gap(r); }));
    CHECK(seen.mean * 8 == Approx(1).margin(5 * cv / std::sqrt(static_cast<double>(draws))));
    CHECK(std::sqrt(seen.variance) / seen.mean == Approx(cv).epsilon(0.08));
    if (kind != ArrivalKind::poisson && cv == 1.0) // both are exponential then
        CHECK(distance(many(seed, [&](auto& r) { return gap(r); }), [](double x) { return 1 - std::exp(-8 * x); }) <
              by_chance);
}

TEST_CASE("whole numbers of a uniform distribution come equally often, both ends too")
{
    auto const seed   = GENERATE(6U, 70U);
    auto const die    = parse_distribution("uniform:low=1,high=6");
    auto       random = configs::SplitMix64{seed};
    auto       counts = std::vector<double>(7);
    for (std::size_t i = 0; i < draws; ++i)
        counts.at(draw_whole(die, random, 0)) += 1;
    CAPTURE(seed);
    CHECK(counts[0] == 0);
    for (std::size_t i = 1; i <= 6; ++i)
        CHECK(counts[i] / draws == Approx(1.0 / 6).margin(5 * std::sqrt(5.0 / 36 / draws)));
}

TEST_CASE("drawn requests come in order, at their rate, each of at least a token")
{
    auto const seed   = GENERATE(1U, 2U, 3U, 4U, 5U);
    auto       w      = DrawnWorkload{};
    w.seed            = seed;
    w.count           = draws;
    w.arrivals        = parse_arrivals("weibull:cv=1.7", 250);
    w.input           = parse_distribution("exponential:mean=2"); // of many the nearest whole number is 0
    auto const source = draw_requests(w);
    auto       last   = std::uint64_t{0};
    auto       r      = Request{};
    auto       count  = std::size_t{0};
    CAPTURE(seed);
    for (; source->next(r); ++count) {
        if (r.arrival < last || r.input < 1 || r.id != count)
            FAIL("request " << count << " of seed " << seed);
        last = r.arrival;
    }
    CHECK(count == draws);
    CHECK(static_cast<double>(last) * 1e-12 * 250 / draws == Approx(1).margin(5 * 1.7 / std::sqrt(double{draws})));
}
