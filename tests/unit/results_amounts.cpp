// The single numbers of a run, worked out by hand from its operators.
#include "results/views/metrics.hpp"
#include "support/results_sample.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

double metric(models::Outcome const& o, std::string const& name)
{
    for (auto const& each : results::metrics(o))
        if (each.name == name)
            return each.value;
    FAIL("no metric " << name);
    return 0;
}

} // namespace

TEST_CASE("effective rates are bytes and operations of weights and cache over the time that was simulated")
{
    // Four operators of a layer: 640 bytes of weights each, and 320 of the cache in one; 1,000 operations a cycle.
    auto const layer = sample_outcome();
    CHECK(metric(layer, "effective_bandwidth") == Approx((4 * 640 + 320) * 1.1e9 / 307));
    CHECK(metric(layer, "effective_arithmetic") == Approx((40 + 160 + 100 + 7) * 1000 * 1.1e9 / 307));
    CHECK(metric(layer, "bytes_read_per_token") == 32 * (4 * 640 + 320)); // of all layers

    // A token: 12 layers of two operators and a transfer each, embedding and head besides; no cache.
    auto const token = sample_token();
    auto const time  = static_cast<double>(token.cycles_per_token) / 1.1e9;
    CHECK(metric(token, "effective_bandwidth") == Approx((12 * 3 + 2) * 640 / time));
    CHECK(metric(token, "bytes_read_per_token") == (12 * 3 + 2) * 640); // once
    CHECK(metric(token, "time_per_output_token") == Approx(time));
}

TEST_CASE("shares of wavelets and hops are of those delivered and of all hops")
{
    auto o             = sample_outcome();
    o.wavelets_crossed = 450;
    CHECK(metric(o, "scribe_wavelet_share") == 0.25); // of 1,800
    CHECK(metric(o, "scribe_hop_share") == Approx(48.0 / 1234567));
    CHECK(metric(o, "sram_peak") == 4096 + 30000 + 8192 + 512);
    CHECK(metric(o, "cycles_arithmetic") == 10 + 100 + 20);
    CHECK(metric(o, "cycles_waiting") == 4 + 0 + 2 + 7);
}
