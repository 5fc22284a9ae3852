// The figures of a serving run, worked out by hand.
#include "models/serving/serving_summary.hpp"

#include "configs/units/text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace scribeline;
using models::Ending;
using models::Phase;

namespace {

models::Ticks ms(double value) { return models::ticks_of(configs::Seconds{value * 1e-3}); }

models::RequestRecord record(double arrival, double first, double end, std::uint32_t made)
{
    auto r               = models::RequestRecord{};
    r.arrival            = ms(arrival);
    r.first_token        = ms(first);
    r.end                = ms(end);
    r.made               = made;
    r.input              = 100;
    r.ending             = Ending::done;
    r.of(Phase::prefill) = ms(first - arrival);
    r.of(Phase::decode)  = ms(end - first);
    return r;
}

} // namespace

TEST_CASE("percentiles are values of the nearest rank")
{
    auto values = std::vector<double>{};
    for (int i = 100; i >= 1; --i)
        values.push_back(i);
    auto const spread = models::spread_over_requests(values);
    CHECK(spread.mean == Approx(50.5));
    CHECK(spread.at[0] == 50);
    CHECK(spread.at[4] == 99);
    CHECK(spread.most == 100);
    CHECK(models::spread_over_requests({}).count == 0);
}

TEST_CASE("of requests of which none was served no latency, no share and no rate is known")
{
    auto const unknown    = [](double value) { return std::isnan(value); };
    auto       outcome    = models::ServingOutcome{};
    outcome.log           = {record(5, 5, 5, 0)};
    outcome.log[0].ending = Ending::dropped;
    auto const summary    = models::summary_of(outcome, {});
    CHECK(summary.dropped == 1);
    for (auto const* spread : {&summary.first_token, &summary.inter_token, &summary.latency, &summary.per_user}) {
        CHECK(unknown(spread->mean));
        CHECK(unknown(spread->most));
        CHECK(std::all_of(spread->at.begin(), spread->at.end(), unknown));
    }
    CHECK(std::all_of(summary.where.begin(), summary.where.end(), unknown));
    CHECK(unknown(summary.output_rate()));
    CHECK(unknown(summary.request_rate()));
    outcome.log = {record(0, 100, 100, 1)};
    CHECK(unknown(models::summary_of(outcome, {}).inter_token.mean));
    CHECK(models::summary_of(outcome, {}).first_token.mean == Approx(0.1));
}

TEST_CASE("inter-token latency is the latency without the first token by the tokens behind it")
{
    CHECK(*models::inter_token_latency(record(0, 100, 400, 4)) == Approx(0.1));
    CHECK_FALSE(models::inter_token_latency(record(0, 100, 100, 1)));
}

TEST_CASE("a summary counts what was served, and phases add up to the mean latency")
{
    auto outcome          = models::ServingOutcome{};
    outcome.log           = {record(0, 100, 400, 4), record(1000, 1300, 2300, 11), record(2000, 2000, 2000, 0)};
    outcome.log[2].ending = Ending::dropped;
    auto const level      = models::parse_service_level("ttft=200ms,itl=150ms");
    auto const summary    = models::summary_of(outcome, level);
    CHECK(summary.requests == 3);
    CHECK(summary.served == 2);
    CHECK(summary.dropped == 1);
    CHECK(summary.output_tokens == 15);
    CHECK(summary.seconds == Approx(2.3));
    CHECK(summary.output_rate() == Approx(15 / 2.3));
    CHECK(*summary.good == 1); // the other one waited 300 ms for its first token
    auto sum = 0.0;
    for (auto const part : summary.where)
        sum += part;
    CHECK(sum == Approx(summary.latency.mean));
}

TEST_CASE("a service level has units, or a name")
{
    CHECK(models::parse_service_level("chat").first_token == configs::Seconds{2});
    CHECK(models::parse_service_level("e2e=1 s").latency == configs::Seconds{1});
    CHECK_THROWS_AS(models::parse_service_level("ttft=2"), configs::TextError);
    CHECK_THROWS_AS(models::parse_service_level("latency=2s"), configs::TextError);
}
