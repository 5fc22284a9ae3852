// What a trace says of itself, on traces small enough to count by hand.
#include "support/traces.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/trace_statistics.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;

namespace {

TraceStatistics statistics(std::string const& text, TraceOptions const& options = {})
{
    return statistics_of(*trace_of(text, options));
}

TtlPoint at(TraceStatistics const& s, std::uint64_t seconds)
{
    for (auto const& point : s.ttl)
        if (point.ttl == seconds * second)
            return point;
    FAIL("no point of " << seconds << " s");
    return {};
}

} // namespace

TEST_CASE("an infinite cache hits the blocks that an earlier prompt began with")
{
    auto const s = statistics(R"({"timestamp": 0, "input_length": 1024, "output_length": 3, "hash_ids": [1, 2]}
{"timestamp": 5000, "input_length": 1500, "output_length": 3, "hash_ids": [1, 2, 3]}
{"timestamp": 65000, "input_length": 612, "output_length": 3, "hash_ids": [1, 4]}
{"timestamp": 66000, "input_length": 1500, "output_length": 3, "hash_ids": [1, 2, 3]})");
    CHECK(s.block_tokens == 512);
    CHECK(s.blocks == 10);
    CHECK(s.unique_blocks == 4);
    CHECK(s.hit_blocks == 6);
    CHECK(s.hit_share == Approx(0.6));
    auto const tokens = 1024.0 + 1500 + 612 + 1500;
    CHECK(s.hit_token_share == Approx((1024.0 + 512 + 1500) / tokens));
    // Kept for 3 s: the first block is hit at the end. For 10 s: both at 5 s too. For 120 s: all.
    CHECK(at(s, 3).from_reply == Approx(512 / tokens));
    CHECK(at(s, 10).from_reply == Approx((512 + 1024) / tokens));
    CHECK(at(s, 120).from_reply == Approx(s.hit_token_share));
    CHECK(at(s, 10).from_start == at(s, 10).from_reply);
    CHECK_FALSE(s.ttl.back().ttl.has_value());
    CHECK(s.reuse_gap.count == 6);
    CHECK(s.reuse_gap.p50 == 5000); // 1, 5, 5, 60, 61, 61 s
    CHECK(s.reuse_gap.most == 61000);
    CHECK_FALSE(s.serving_share.has_value());
}

TEST_CASE("a block behind one that is missing is no hit")
{
    auto const s = statistics(R"({"timestamp": 0, "input_length": 1024, "output_length": 3, "hash_ids": [1, 2]}
{"timestamp": 5000, "input_length": 1024, "output_length": 3, "hash_ids": [9, 2]})");
    CHECK(s.unique_blocks == 3);
    CHECK(s.hit_blocks == 0);
    CHECK(s.reuse_gap.count == 0);
}

TEST_CASE("lengths, turns and arrivals are counted over all rows")
{
    auto text = std::string{"arrival_s,input_tokens,output_tokens\n"};
    for (int i = 1; i <= 100; ++i)
        text += std::to_string(2 * i) + "," + std::to_string(i) + "," + std::to_string(1000 * i) + "\n";
    auto const s = statistics(text);
    CHECK(s.requests == 100);
    CHECK(s.sessions == 100);
    CHECK(s.input.sum == 5050);
    CHECK(s.input.mean == 50.5);
    CHECK(s.input.p50 == 50);
    CHECK(s.input.p90 == 90);
    CHECK(s.input.p99 == 99);
    CHECK(s.input.most == 100);
    CHECK(s.output.p90 == 90000);
    CHECK(s.gap_mean.value() == Approx(2));
    CHECK(s.gap_cv.value() == Approx(0).margin(1e-6));
    CHECK(s.turns.most == 1);
    CHECK(s.block_tokens == 0);
    CHECK(s.ttl.empty());
}

TEST_CASE("what too few requests do not determine is unknown, not zero")
{
    auto const header = std::string{"arrival_s,input_tokens,output_tokens\n"};
    auto const none   = statistics(header);
    CHECK(none.requests == 0);
    CHECK(none.input.count == 0);
    CHECK_FALSE(none.gap_mean.has_value());
    CHECK(none.ttl.empty());
    auto const one = statistics(header + "5,1,1\n");
    CHECK_FALSE(one.gap_mean.has_value());
    CHECK(one.tool_time.count == 0);
    auto const two = statistics(header + "5,1,1\n6,1,1\n");
    CHECK(two.gap_mean.value() == 1);
    CHECK_FALSE(two.gap_cv.has_value());
    auto const three = statistics(header + "5,1,1\n6,1,1\n9,1,1\n");
    CHECK(three.gap_mean.value() == 2);
    CHECK(three.gap_cv.value() == Approx(0.5));
    auto const at_once = statistics("input_tokens,output_tokens,arrival_s\n1,1,0\n1,1,0\n1,1,0\n");
    CHECK(at_once.gap_mean.value() == 0);
    CHECK_FALSE(at_once.gap_cv.has_value());
}

TEST_CASE("recorded replies tell for how long sessions are served and their cache is parked")
{
    // 10 s of service in 40; 210 tokens wait for 10 s, 420 for 20 s, and serve for 4, 5 and 1 s.
    auto const s =
        statistics("session,agent,turn,t_s,input_tokens,output_tokens,blocks64,cached_prefix_blocks64,api_s,think_s\n"
                   "1,main,0,0,200,10,3,0,4,0\n"
                   "1,main,1,14,400,20,6,3,5,10\n"
                   "1,main,2,39,600,1,9,6,1,20\n");
    CHECK(s.sessions == 1);
    CHECK(s.turns.most == 3);
    CHECK(s.tool_time.mean == 15000);
    REQUIRE(s.serving_share.has_value());
    CHECK(*s.serving_share == Approx(0.25));
    auto const parked = 210.0 * 10 + 420 * 20, busy = 210.0 * 4 + 420 * 5 + 601 * 1;
    CHECK(*s.parked_share == Approx(parked / (parked + busy)));
    CHECK(s.hit_share == Approx(9.0 / 18));
    CHECK(at(s, 10).from_reply == Approx(192.0 / 1200)); // 10 s since the reply's end, 14 since its start
    CHECK(at(s, 10).from_start == 0);
    CHECK(at(s, 30).from_start == Approx(576.0 / 1200));
}

TEST_CASE("replies of sub-agents that run side by side are counted once")
{
    // 0 to 2 s, then 2 to 5 s beside 2 to 6 s, then 12 to 16 s: 10 s of 16.
    auto const s =
        statistics("session,agent,turn,t_s,input_tokens,output_tokens,blocks64,cached_prefix_blocks64,api_s,think_s\n"
                   "1,main,0,0,64,1,1,0,2,0\n"
                   "1,a,0,0,64,1,1,0,3,0\n"
                   "1,b,0,0,64,1,1,0,4,0\n"
                   "1,main,1,12,64,1,1,0,4,0\n");
    CHECK(s.serving_share.value() == Approx(10.0 / 16));
}

TEST_CASE("drawn sessions reuse what their turns have in common")
{
    auto w               = DrawnWorkload{};
    w.count              = 10;
    w.input              = fixed(512);
    w.output             = fixed(100);
    w.sessions.turns     = fixed(4);
    w.sessions.growth    = fixed(412);
    w.sessions.tool_time = fixed(20);
    w.shared_prompt      = 512;
    w.block_tokens       = 512;
    auto const s         = statistics_of(*draw_requests(w));
    // Prompts of 2, 3, 4 and 5 blocks; all but the last is hit of a later turn, the shared one of a first.
    CHECK(s.blocks == 140);
    CHECK(s.hit_blocks == 10 * (2 + 3 + 4) + 9);
    CHECK(s.tool_time.p50 == 20000);
}
