// Which candidate is enough, which is the cheapest, which one nothing beats.
#include "models/serving/capacity.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::models;

namespace {

Candidate candidate(char const* name, double dollars, double per_user, double rate, double taken)
{
    auto c             = Candidate{};
    c.name             = name;
    c.dollars_per_hour = {dollars, dollars};
    c.dollars_of_run   = {10 / dollars, 10 / dollars};
    c.kilowatts        = 1;
    c.per_user         = per_user;
    c.output_rate      = rate;
    c.limits           = {{"service level", taken}, {"devices", 0.5}};
    return c;
}

} // namespace

TEST_CASE("those that are enough come first by their price, those that miss by how much")
{
    auto unknown   = candidate("not asked", 1, 1, 1, 0.1);
    unknown.reason = "does not fit";
    auto all   = std::vector<Candidate>{unknown, candidate("far", 1, 10, 100, 3), candidate("dear", 9, 10, 100, 0.2),
                                        candidate("near", 1, 10, 100, 1.2), candidate("cheap", 4, 10, 100, 1.0)};
    auto names = [&] {
        auto text = std::string{};
        for (auto const& each : all)
            text += each.name + ";";
        return text;
    };
    rank(all, {});
    CHECK(names() == "cheap;dear;near;far;not asked;");
    CHECK(all[2].tightest().what == "service level");
    auto goal     = CapacityGoal{};
    goal.deadline = scribeline::configs::Seconds{60};
    rank(all, goal); // of the run, which is dearer where an hour is cheaper
    CHECK(names() == "dear;cheap;near;far;not asked;");
}

TEST_CASE("on the front is what nothing beats in tokens a second of a user and tokens a dollar")
{
    auto const all = std::vector<Candidate>{candidate("fast", 10, 100, 100, 1), candidate("cheap", 1, 10, 100, 1),
                                            candidate("beaten", 5, 9, 100, 1), candidate("between", 2, 50, 100, 1)};
    CHECK(pareto(all, &Candidate::tokens_per_dollar) == std::vector<bool>{true, true, false, true});
    CHECK(pareto(all, &Candidate::tokens_per_kilowatt) == std::vector<bool>{true, false, false, false});
}

TEST_CASE("how much of a limit is taken is that of the request at the share")
{
    auto outcome = ServingOutcome{};
    for (auto i = 1; i <= 20; ++i) {
        auto record        = RequestRecord{};
        record.first_token = ticks_of(scribeline::configs::Seconds{0.1 * i});
        record.end         = record.first_token + ticks_of(scribeline::configs::Seconds{1});
        record.made        = 11;
        record.ending      = Ending::done;
        outcome.log.push_back(record);
        outcome.makespan = record.end;
    }
    auto costs            = ServingCosts{};
    costs.system.dollars  = {0.01, 0.02};
    costs.joules_at_meter = 3.6e6;
    auto goal             = CapacityGoal{};
    goal.level            = parse_service_level("ttft=1.9s,itl=50ms");
    goal.share            = 0.95; // 19 of 20
    goal.dollars          = 24;
    auto const c          = candidate_of("x", goal, outcome, summary_of(outcome, goal.level), costs);
    CHECK(c.first_token == Approx(1.9));
    CHECK(c.inter_token == Approx(0.1));
    REQUIRE(c.limits.size() == 4);
    CHECK(c.limits[0].taken == Approx(1));
    CHECK(c.limits[1].taken == Approx(2));
    CHECK(c.limits[2].taken == Approx(2));                    // both together
    CHECK(c.limits[3].taken == Approx(0.02 * 3600 / 3 / 24)); // 3 s of run, where prices are high
    CHECK_FALSE(c.enough());
    outcome.log[0].ending = Ending::dropped;
    outcome.log[1].ending = Ending::dropped; // one of twenty may miss, not two
    CHECK(std::isinf(candidate_of("x", goal, outcome, summary_of(outcome, goal.level), costs).limits[2].taken));
}
