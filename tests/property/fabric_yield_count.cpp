// The draws have the distribution that they claim. Seeds are fixed, so a bound of four standard errors holds or not for
// good.
#include "fabric/yield/defect_count.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace scribeline;
using namespace scribeline::fabric;

namespace {

constexpr double        infinity = std::numeric_limits<double>::infinity();
constexpr std::uint32_t draws    = 100000;

struct Moments {
    double mean = 0, variance = 0, none = 0;
};

template <class Draw> Moments moments_of(Draw draw)
{
    double sum = 0, squares = 0, none = 0;
    for (std::uint32_t i = 0; i < draws; ++i) {
        auto const value = static_cast<double>(draw());
        sum += value;
        squares += value * value;
        none += value == 0 ? 1 : 0;
    }
    auto const mean = sum / draws;
    return {mean, squares / draws - mean * mean, none / draws};
}

} // namespace

TEST_CASE("the exponential draw has mean 1, variance 1 and the right tail")
{
    auto       random = configs::SplitMix64{1};
    auto       beyond = std::uint32_t{0};
    auto const drawn  = moments_of([&] {
        auto const value = exponential(random);
        beyond += value > 2 ? 1 : 0;
        return value;
    });
    CHECK(drawn.mean == Approx(1).margin(4 / std::sqrt(draws)));
    CHECK(drawn.variance == Approx(1).margin(4 * std::sqrt(8.0 / draws))); // the fourth central moment is 9
    CHECK(beyond / double{draws} == Approx(std::exp(-2)).margin(4 * std::sqrt(0.135 * 0.865 / draws)));
}

TEST_CASE("counts have the mean, the variance and the share of zeros of their distribution")
{
    for (double const mean : {0.55, 5.0})
        for (double const alpha : {infinity, 4.0, 0.5}) {
            CAPTURE(mean, alpha);
            auto       random   = configs::SplitMix64{99};
            auto const drawn    = moments_of([&] { return defect_count(mean, {alpha}, random); });
            auto const variance = mean + mean * mean / alpha;
            auto const none     = share_without_defect(mean, {alpha});
            CHECK(drawn.mean == Approx(mean).margin(4 * std::sqrt(variance / draws)));
            CHECK(drawn.variance == Approx(variance).epsilon(0.05));
            CHECK(drawn.none == Approx(none).margin(4 * std::sqrt(none * (1 - none) / draws)));
        }
}

TEST_CASE("the share without a defect is Poisson's at the end of little clustering")
{
    CHECK(share_without_defect(0, {infinity}) == 1);
    CHECK(share_without_defect(0.55, {infinity}) == Approx(std::exp(-0.55)));
    CHECK(share_without_defect(0.55, {1e9}) == Approx(std::exp(-0.55)));
    CHECK(share_without_defect(1, {1}) == Approx(0.5));
    auto random = configs::SplitMix64{1};
    CHECK(defect_count(0, {infinity}, random) == 0);
    CHECK(defect_count(0, {0.5}, random) == 0);
}
