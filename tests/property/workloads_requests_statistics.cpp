// Statistics of random sessions against the plainest way to count: a set of all blocks there were, and the time of
// the last use of each.
#include "support/draw.hpp"
#include "support/traces.hpp"
#include "workloads/requests/drawn.hpp"
#include "workloads/requests/trace_statistics.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;

TEST_CASE("hits of random sessions are those that counting finds")
{
    auto const seed = GENERATE(range(1U, 40U));
    CAPTURE(seed);
    auto pick            = Draw{seed};
    auto w               = DrawnWorkload{};
    w.seed               = seed;
    w.count              = pick.between(1, 60);
    w.arrivals           = parse_arrivals("poisson", 0.05);
    w.input              = parse_distribution("exponential:mean=400");
    w.output             = parse_distribution("exponential:mean=60");
    w.sessions.turns     = parse_distribution("uniform:low=1,high=6");
    w.sessions.growth    = parse_distribution("exponential:mean=90");
    w.sessions.tool_time = parse_distribution("exponential:mean=40");
    w.shared_prompt      = pick.between(0, 900);
    w.shared_prompts     = pick.between(1, 4);
    w.block_tokens       = 16U << pick.between(0, 4);

    auto last = std::map<std::uint64_t, std::uint64_t>{};
    auto end  = std::map<std::uint64_t, std::uint64_t>{}; // of a request
    auto hits = std::uint64_t{0}, tokens = std::uint64_t{0}, within_minute = std::uint64_t{0};
    for (auto const& r : all_of(*draw_requests(w))) {
        auto now = r.arrival;
        for (auto const id : r.waits_for)
            now = std::max(now, end.at(id) + r.tool_time);
        end[r.id]  = now;
        bool there = true;
        for (std::size_t i = 0; i < r.blocks.size(); ++i) {
            auto const found = last.find(r.blocks[i].hash);
            there            = there && found != last.end();
            auto const size  = std::min(w.block_tokens, r.input - i * w.block_tokens);
            if (there) {
                ++hits;
                auto const idle = now > found->second ? now - found->second : 0;
                within_minute += idle <= 60 * second ? size : 0;
            }
            auto& use = last[r.blocks[i].hash];
            use       = std::max(use, now);
        }
        tokens += r.input;
    }
    auto const s = statistics_of(*draw_requests(w));
    CHECK(s.hit_blocks == hits);
    CHECK(s.unique_blocks == last.size());
    for (auto const& point : s.ttl)
        if (point.ttl == 60 * second)
            CHECK(point.from_reply == Approx(static_cast<double>(within_minute) / static_cast<double>(tokens)));
}
