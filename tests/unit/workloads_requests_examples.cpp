// The traces that come with the program are read by their names, and have what their page says of them.
#include "support/traces.hpp"
#include "workloads/requests/trace_statistics.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;

TEST_CASE("every shipped trace is read by its name")
{
    CHECK(shipped_traces() == std::vector<std::string>{"azure-conversation", "drawn-agents", "mooncake-conversation"});
    CHECK(statistics_of(*open_trace("azure-conversation", {})).requests == 200);
    auto const mooncake = statistics_of(*open_trace("mooncake-conversation", {}));
    CHECK(mooncake.requests == 150);
    CHECK(mooncake.block_tokens == 512);
    auto const agents = statistics_of(*open_trace("drawn-agents", {}));
    CHECK(agents.sessions == 6);
    CHECK(agents.hit_share > 0.8);
    CHECK(agents.tool_time.p50 > 1000);
    auto joins = 0;
    for (auto const& each : all_of(*open_trace("drawn-agents", {})))
        joins += each.waits_for.size() > 1 ? 1 : 0;
    CHECK(joins == 6);
    CHECK_THROWS_WITH(open_trace("azure-conversatoin", {}), Catch::Contains("did you mean 'azure-conversation'"));
}
