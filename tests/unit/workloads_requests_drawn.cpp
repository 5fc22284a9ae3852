// Requests that are drawn: the same from a seed everywhere, sessions whose prompts grow out of each other.
#include "configs/units/text.hpp"
#include "support/traces.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/exact_math.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <set>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;
using Catch::Matchers::Contains;
using Numbers = std::vector<std::uint64_t>;

namespace {

DrawnWorkload chats()
{
    auto w     = DrawnWorkload{};
    w.count    = 100;
    w.input    = parse_distribution("lognormal:mean=1024,cv=0.8");
    w.output   = parse_distribution("exponential:mean=256");
    w.arrivals = parse_arrivals("gamma:cv=2", 8);
    w.seed     = 7;
    return w;
}

DrawnWorkload agents()
{
    auto w               = DrawnWorkload{};
    w.count              = 20;
    w.input              = fixed(300);
    w.output             = parse_distribution("uniform:low=20,high=90");
    w.sessions.turns     = parse_distribution("uniform:low=1,high=9");
    w.sessions.growth    = parse_distribution("exponential:mean=100");
    w.sessions.tool_time = parse_time_distribution("lognormal:median=9 s,cv=1.5");
    w.shared_prompt      = 1000;
    w.shared_prompts     = 2;
    w.block_tokens       = 64;
    return w;
}

std::string refusal(DrawnWorkload const& workload)
{
    try {
        draw_requests(workload);
    } catch (configs::UserError const& error) {
        return error.what();
    }
    return {};
}

} // namespace

TEST_CASE("logarithms and exponentials are those of the standard library, within its last digits")
{
    for (double const x : {1e-300, 1e-9, 0.1, 0.5, 0.7071, 0.9999999, 1.0, 1.0000001, 1.5, 2.0, 3.0, 1e5, 1e300}) {
        CAPTURE(x);
        CHECK(natural_log(x) == Approx(std::log(x)).epsilon(4e-15).margin(1e-22));
    }
    for (double const x : {-700.0, -20.5, -1.0, -1e-9, 0.0, 0.3, 1.0, 2.5, 88.0, 700.0}) {
        CAPTURE(x);
        CHECK(exponential_of(x) == Approx(std::exp(x)).epsilon(4e-15 * std::max(1.0, std::abs(x) / 10)));
    }
    CHECK(exponential_of(-800) == 0);
    CHECK(std::isinf(exponential_of(800)));
    CHECK(power_of(2, 10) == Approx(1024).epsilon(1e-14));
    for (double const x : {0.02, 0.5, 1.0, 2.0, 3.7, 15.9, 16.0, 100.5})
        CHECK(log_gamma(x) == Approx(std::lgamma(x)).epsilon(1e-13).margin(1e-14));
}

// Numbers that this seed drew when the test was written: they may not change, on whatever platform.
TEST_CASE("a seed means the same requests on every platform")
{
    auto const all = all_of(*draw_requests(chats()));
    REQUIRE(all.size() == 100);
    auto sum = std::uint64_t{0};
    for (auto const& each : all)
        sum = sum * 31 + each.arrival + each.input * 7 + each.output;
    CHECK(all[0].arrival == 71078928753U);
    CHECK(all[0].input == 1459);
    CHECK(all[0].output == 51);
    CHECK(all[99].arrival == 12087194555370U);
    CHECK(sum == 76423794255886783U);
    CHECK(all_of(*draw_requests(chats()))[57].arrival == all[57].arrival);
}

TEST_CASE("another distribution of one thing leaves the others as they were")
{
    auto const before = all_of(*draw_requests(chats()));
    auto       other  = chats();
    other.output      = fixed(3);
    auto const after  = all_of(*draw_requests(other));
    for (std::size_t i = 0; i < before.size(); ++i) {
        CHECK(after[i].arrival == before[i].arrival);
        CHECK(after[i].input == before[i].input);
        CHECK(after[i].output == 3);
    }
    other.seed = 8;
    CHECK(all_of(*draw_requests(other))[5].input != before[5].input);
}

TEST_CASE("requests that arrive at once, evenly, or for a while")
{
    auto w  = DrawnWorkload{};
    w.count = 3;
    for (auto const& each : all_of(*draw_requests(w))) {
        CHECK(each.arrival == 0);
        CHECK(each.input == 1024);
        CHECK(each.output == 256);
        CHECK(each.blocks.empty());
        CHECK(each.waits_for.empty());
    }
    w.arrivals = parse_arrivals("constant", 8);
    CHECK(all_of(*draw_requests(w))[2].arrival == second / 4);
    w.count.reset();
    w.duration = 2;
    CHECK(all_of(*draw_requests(w)).size() == 16);
}

TEST_CASE("the prompt of a turn is the turn before, its reply, and what came to it")
{
    auto const w        = agents();
    auto const all      = all_of(*draw_requests(w));
    auto       sessions = std::set<std::uint64_t>{};
    auto       later    = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const& each = all[i];
        sessions.insert(each.session);
        CHECK(each.id == i);
        CHECK(each.blocks.size() == (each.input + 63) / 64);
        if (each.turn == 0) {
            CHECK(each.input == 1300);
            CHECK(each.waits_for.empty());
            continue;
        }
        ++later;
        auto const& before = all[i - 1];
        CHECK(each.session == before.session);
        CHECK(each.waits_for == Numbers{before.id});
        CHECK(each.input >= before.input + before.output);
        CHECK(each.tool_time > 0);
        for (std::size_t b = 0; b < before.input / 64; ++b)
            CHECK(each.blocks[b].hash == before.blocks[b].hash);
    }
    CHECK(sessions.size() == 20);
    CHECK(later > 40);
    // The 15 whole blocks of a shared prompt are one of two, the others a session's own.
    auto first = std::set<std::uint64_t>{}, own = std::set<std::uint64_t>{};
    for (auto const& each : all) {
        first.insert(each.blocks[14].hash);
        own.insert(each.blocks[15].hash);
    }
    CHECK(first.size() == 2);
    CHECK(own.size() == 20);
}

TEST_CASE("blocks of another size are alike where these are")
{
    auto fine = agents(), coarse = agents();
    coarse.block_tokens = 512;
    auto const a = all_of(*draw_requests(fine)), b = all_of(*draw_requests(coarse));
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(b[i].blocks[0].hash == a[i].blocks[7].hash);
        CHECK(b[i].blocks.back().hash == a[i].blocks.back().hash);
    }
}

TEST_CASE("a session ends before it is longer than may be")
{
    auto w             = agents();
    w.sessions.longest = 1600;
    w.sessions.turns   = fixed(50);
    for (auto const& each : all_of(*draw_requests(w)))
        CHECK(each.input + each.output <= 1600);
    w.sessions.longest = 100; // the shared prompt is longer than that
    for (auto const& each : all_of(*draw_requests(w))) {
        CHECK(each.input + each.output <= 100);
        CHECK(each.turn == 0);
    }
}

TEST_CASE("lengths of a trace stay together where they are drawn from it")
{
    auto const trace = trace_of("arrival_s,input_tokens,output_tokens\n0,10,1\n0,20,2\n0,30,3\n");
    auto const rows  = lengths_of(*trace);
    auto       w     = DrawnWorkload{};
    w.count          = 300;
    w.input          = inputs_of(rows);
    w.output         = outputs_of(rows);
    auto seen        = std::set<std::uint64_t>{};
    for (auto const& each : all_of(*draw_requests(w))) {
        CHECK(each.input == 10 * each.output);
        seen.insert(each.input);
    }
    CHECK(seen == std::set<std::uint64_t>{10, 20, 30});
    auto many = std::string{"arrival_s,input_tokens,output_tokens\n"};
    for (int i = 1; i <= 1000; ++i)
        many += "0," + std::to_string(i) + ",1\n";
    auto const few = lengths_of(*trace_of(many), 1, 16);
    CHECK(few->size() == 16);
    auto late = 0; // half of them, on average: 0.2% of all seeds have fewer than 3 or more than 13
    for (auto const& [input, output] : *few)
        late += input > 500 ? 1 : 0;
    CHECK(late >= 3);
    CHECK(late <= 13);
}

TEST_CASE("distributions, rates and arrivals are read as they are written")
{
    CHECK(parse_distribution("1024").mean == 1024);
    auto const d = parse_distribution("lognormal:median=900,cv=0.75,least=16,most=4096");
    CHECK(d.mean == Approx(900 * 1.25));
    CHECK(d.least == 16);
    CHECK(d.most == 4096);
    CHECK(parse_time_distribution("9 s").mean == 9);
    CHECK(parse_time_distribution("exponential:mean=50ms").mean == Approx(0.05));
    CHECK(parse_rate("8/s") == 8);
    CHECK(parse_rate("480/min") == 8);
    CHECK(parse_rate("7200 /h") == 2);
    CHECK(parse_arrivals("weibull:cv=3", 4).cv == 3);
    for (auto const* wrong : {"", "many", "normal:mean=3", "lognormal:mean=3", "lognormal:mean=3,cv=0",
                              "uniform:low=5,high=4", "exponential:mean=-1", "exponential:mean=3,cv=1",
                              "uniform:low=1,high", "-5", "fixed", "exponential:mean=3,least=9,most=8"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(parse_distribution(wrong), configs::TextError);
    }
    CHECK_THROWS_WITH(parse_distribution("lognomal:mean=3"), Contains("did you mean 'lognormal'"));
    CHECK_THROWS_AS(parse_time_distribution("9"), configs::TextError);
    CHECK_THROWS_WITH(parse_rate("8"), Contains("with its unit"));
    CHECK_THROWS_WITH(parse_arrivals("poison", 1), Contains("did you mean 'poisson'"));
    CHECK_THROWS_AS(parse_arrivals("gamma", 1), configs::TextError);
    CHECK_THROWS_AS(parse_arrivals("poisson:cv=2", 1), configs::TextError);
    CHECK_THROWS_AS(parse_arrivals("poisson", 0), configs::TextError);
}

TEST_CASE("a workload without an end, or of no numbers, is refused")
{
    auto endless     = DrawnWorkload{};
    endless.arrivals = parse_arrivals("poisson", 3);
    CHECK_THAT(refusal(endless), Contains("never end"));
    auto at_once     = DrawnWorkload{};
    at_once.duration = 3;
    CHECK_THAT(refusal(at_once), Contains("arrive at once"));
    auto w  = DrawnWorkload{};
    w.count = 3;
    CHECK(refusal(w).empty());
    w.input.mean = std::nan("");
    CHECK_THAT(refusal(w), Contains("input: "));
    w.input    = fixed(1);
    w.arrivals = {ArrivalKind::poisson, std::nan(""), 1};
    CHECK_THAT(refusal(w), Contains("arrivals: "));
    w.arrivals = {ArrivalKind::constant, 1e-8, 1};
    CHECK_THROWS_WITH(all_of(*draw_requests(w)), Contains("208 days"));
}
