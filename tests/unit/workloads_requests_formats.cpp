// Each format of traces as its makers write it, and what becomes of a row.
#include "support/temporary_folder.hpp"
#include "support/traces.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;
using Catch::Matchers::Contains;
using Numbers = std::vector<std::uint64_t>;

TEST_CASE("a Mooncake trace has milliseconds, lengths and hashes of 512 tokens")
{
    auto const source = trace_of(R"({"timestamp": 5, "input_length": 1000, "output_length": 3, "hash_ids": [7, 8]}
{"timestamp": 5.25, "input_length": 512, "output_length": 4, "hash_ids": [7], "priority": 3})");
    CHECK(source->format() == "mooncake");
    CHECK(source->block_tokens() == 512);
    CHECK(source->description() == "requests of t");
    auto const all = all_of(*source);
    REQUIRE(all.size() == 2);
    CHECK(all[0].arrival == 0); // the first row is the start
    CHECK(all[1].arrival == millisecond / 4);
    CHECK(all[0].input == 1000);
    CHECK(all[0].output == 3);
    CHECK(hashes_of(all[0]) == Numbers{7, 8});
    CHECK(hashes_of(all[1]) == Numbers{7});
    CHECK(all[0].id == 0);
    CHECK(all[1].id == 1);
    CHECK(all[0].session != all[1].session);
    CHECK(source->description() == "2 requests of t");
}

TEST_CASE("a later turn of a Mooncake session waits for the turn before it and its delay")
{
    auto const all = requests_of(R"({"session_id": "a", "timestamp": 0, "input_length": 10, "output_length": 1}
{"session_id": "b", "timestamp": 50, "input_length": 10, "output_length": 1}
{"session_id": "a", "delay": 300, "input_length": 20, "output_length": 2}
{"session_id": "b", "timestamp": 90, "input_length": 20, "output_length": 2})");
    REQUIRE(all.size() == 4);
    CHECK(all[2].session == all[0].session);
    CHECK(all[2].turn == 1);
    CHECK(all[2].waits_for == Numbers{0});
    CHECK(all[2].tool_time == 300 * millisecond);
    CHECK(all[2].arrival == 0);
    CHECK(all[3].waits_for == Numbers{1});
    CHECK(all[3].arrival == 90 * millisecond); // a time and no delay: it comes then, or when it can
    CHECK(all[3].session == 1);
}

TEST_CASE("an agentic trace joins the sub-agents that a turn waits for")
{
    auto const text = std::string{
        R"({"request_id":"s/m/0","session_id":"s","timestamp":0,"input_length":600,"output_length":9,"hash_ids":[0,1]}
{"request_id":"s/a/0","session_id":"s","wait_for":["s/m/0"],"delay":0,"input_length":513,"output_length":0,"hash_ids":[0,2]}
{"request_id":"s/m/1","session_id":"s","wait_for":["s/a/0","s/m/0"],"delay":1500,"tool_wait_ms":1000,"input_length":600,"output_length":9,"hash_ids":[0,1]}
{"request_id":"s/m/2","session_id":"s","wait_for":"s/m/1","tool_wait_ms":4000,"input_length":600,"output_length":9,"hash_ids":[0,1]}
{"request_id":"u/m/0","session_id":"u","timestamp":0,"input_length":600,"output_length":9,"hash_ids":[5,6]})"};
    auto const source = trace_of(text);
    CHECK(source->format() == "agentic_mooncake");
    auto const all = all_of(*source);
    REQUIRE(all.size() == 5);
    CHECK(all[1].waits_for == Numbers{0});
    CHECK(all[2].waits_for == Numbers{0, 1});
    CHECK(all[2].tool_time == 1500 * millisecond);
    CHECK(all[3].tool_time == 4000 * millisecond);
    CHECK(all[3].turn == 3);
    CHECK(all[4].session == 1);
    CHECK(all[4].waits_for.empty());
    CHECK(all[1].output == 1); // a broken reply, whose session goes on
    REQUIRE(source->notes().size() == 1);
    CHECK_THAT(source->notes()[0], Contains("1 replies of no token"));
    auto slower        = TraceOptions{};
    slower.scale_tools = 0.5;
    CHECK(requests_of(text, slower)[3].tool_time == 2000 * millisecond);
}

TEST_CASE("a Bailian trace has seconds, blocks of 16 tokens and parents")
{
    auto const source = trace_of(
        R"({"chat_id": 5, "parent_chat_id": -1, "timestamp": 1.5, "input_length": 17, "output_length": 9, "type": "text", "turn": 1, "hash_ids": [1, 2]}
{"chat_id": 6, "parent_chat_id": 4, "timestamp": 2, "input_length": 16, "output_length": 9, "turn": 2, "hash_ids": [1]}
{"chat_id": 7, "parent_chat_id": 5, "timestamp": 9.5, "input_length": 33, "output_length": 9, "turn": 2, "hash_ids": [1, 2]})");
    CHECK(source->format() == "bailian");
    CHECK(source->block_tokens() == 16);
    auto const all = all_of(*source);
    REQUIRE(all.size() == 3);
    CHECK(all[1].waits_for.empty()); // its parent was not recorded
    CHECK(all[2].waits_for == Numbers{0});
    CHECK(all[2].arrival == 8 * second);
    CHECK(all[2].session == all[0].session);
    // 0.00026 times a billion is a little less than 260,000 in binary: times are rounded, not cut.
    CHECK(requests_of(R"({"chat_id": 1, "timestamp": 0, "input_length": 1, "output_length": 1}
{"chat_id": 2, "timestamp": 0.00026, "input_length": 1, "output_length": 1})")
              .at(1)
              .arrival == 260'000'000);
}

TEST_CASE("a trace of LLMServingSim has requests and sessions, whose tools run behind a reply")
{
    auto const source = trace_of(
        R"({"input_toks": 100, "output_toks": 50, "arrival_time_ns": 1000, "input_tok_ids": [1, 2]}
{"session_id": "s", "arrival_time_ns": 3000, "sub_requests": [{"input_toks": 20, "output_toks": 10, "tool_duration_ns": 7}, {"input_toks": 40, "output_toks": 12, "tool_duration_ns": 9}, {"input_toks": 60, "output_toks": 14}]}
{"input_toks": 150, "output_toks": 51, "arrival_time_ns": 4000})");
    CHECK(source->format() == "llmservingsim");
    auto const all = all_of(*source);
    REQUIRE(all.size() == 5);
    CHECK(all[1].arrival == 2'000'000);
    CHECK(all[1].waits_for.empty());
    CHECK(all[2].waits_for == Numbers{1});
    CHECK(all[2].tool_time == 7'000);
    CHECK(all[3].waits_for == Numbers{2});
    CHECK(all[3].tool_time == 9'000);
    CHECK(all[3].input == 60);
    CHECK(all[4].arrival == 3'000'000);
    CHECK(all[4].session == 2);
}

TEST_CASE("an Azure trace has dates, to 100 ns, with or without a zone")
{
    auto const all = requests_of("\xef\xbb\xbfTIMESTAMP,ContextTokens,GeneratedTokens\r\n"
                                 "2023-12-31 23:59:59.9799600,4808,10\r\n"
                                 "2024-01-01 00:00:00.0319601,3180,8\r\n"
                                 "2024-03-01 01:00:00+01:00,1,1\r\n");
    REQUIRE(all.size() == 3);
    CHECK(all[1].arrival == 52'000'100'000);
    CHECK(all[2].arrival == (std::uint64_t{60} * 86400 * 1000 + 20) * millisecond + 40'000'000); // a leap year
    CHECK(all[1].input == 3180);
    CHECK(all[1].output == 8);
    CHECK(all[0].blocks.empty());
}

TEST_CASE("a BurstGPT trace leaves out requests that failed, and says so")
{
    auto const source =
        trace_of("Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
                 "5,1,2,ChatGPT,472,18,490,Conversation log\n"
                 "45.5,2,2,ChatGPT,1087,0,1087,API log\n"
                 "118,2,2,\"GPT-4\",417,276,693,Conversation log\n");
    CHECK(source->format() == "burstgpt");
    auto const all = all_of(*source);
    REQUIRE(all.size() == 2);
    CHECK(all[1].arrival == 113 * second);
    CHECK(all[1].input == 417);
    CHECK(all[1].id == 1);
    REQUIRE(source->notes().size() == 1);
    CHECK_THAT(source->notes()[0], Contains("1 rows of no response token"));
}

TEST_CASE("a CSV file of any kind is read by the names of its columns")
{
    auto const lengths =
        requests_of("arrival_time_ns,input_tokens,output_tokens\n46926808,2358,531\n347938951,1034,769\n");
    REQUIRE(lengths.size() == 2);
    CHECK(lengths[1].arrival == std::uint64_t{347938951 - 46926808} * 1000);

    auto options    = TraceOptions{};
    options.columns = {"when", "in", "out", "who", "pause", configs::Seconds{1e-3}};
    auto const all  = requests_of("who,\"in\", out ,when,pause\nx,5,6,10,0\ny,5,6,11.5,0\nx,7,8,12,2.5\n", options);
    REQUIRE(all.size() == 3);
    CHECK(all[1].arrival == 3 * millisecond / 2);
    CHECK(all[2].waits_for == Numbers{0});
    CHECK(all[2].tool_time == 5 * millisecond / 2);

    options.columns = {"", "in", "out", "", "", configs::Seconds{1}};
    CHECK(requests_of("in,out\n5,6\n", options).at(0).arrival == 0);
    CHECK(requests_of("output_tokens,arrival_s,input_tokens\n5,0.5,6\n5,0.75,6\n").at(1).arrival == second / 4);
}

TEST_CASE("the agents' CSV tells who waits for whom and which blocks are alike")
{
    auto const text = std::string{
        "session,agent,turn,t_s,input_tokens,output_tokens,blocks64,cached_prefix_blocks64,api_s,think_s,model,stop\n"
        "1,main,0,0,200,10,3,0,2.5,0.0,m,tool_use\n"
        "1,a001,0,0,130,5,2,0,1.0,0.0,m,tool_use\n"
        "1,a001,1,4,200,5,3,2,1.0,3.0,m,end_turn\n"
        "1,a002,0,0,140,5,2,1,9.0,0.0,m,end_turn\n"
        "1,main,3,20,330,0,5,3,,17.0,m,\n"
        "1,main,4,30,400,9,6,4,1.5,,m,tool_use\n"
        "2,main,0,0,64,9,1,0,1.5,0.0,m,tool_use\n"};
    auto const source = trace_of(text);
    CHECK(source->format() == "agents");
    CHECK(source->block_tokens() == 64);
    auto const all = all_of(*source);
    REQUIRE(all.size() == 7);
    CHECK(all[0].waits_for.empty());
    CHECK(all[1].waits_for == Numbers{0}); // both sub-agents start behind the first turn
    CHECK(all[2].waits_for == Numbers{1});
    CHECK(all[2].tool_time == 3 * second);
    CHECK(all[3].waits_for == Numbers{0});
    CHECK(all[4].waits_for == Numbers{0, 2, 3}); // and are joined
    CHECK(all[4].tool_time == 0);
    CHECK(all[5].waits_for == Numbers{4});
    CHECK(all[5].tool_time == 0); // not known
    CHECK(all[6].waits_for.empty());
    CHECK(all[6].session == 1);
    CHECK(all[0].recorded_service == 5 * second / 2);
    CHECK(all[2].recorded_start == second * 13 / 2); // 2.5 s of main's first turn, and 4 s
    CHECK_FALSE(all[4].recorded_service.has_value());

    auto const shared = [&](std::size_t a, std::size_t b) {
        auto const x = hashes_of(all[a]), y = hashes_of(all[b]);
        auto       n = std::size_t{0};
        while (n < x.size() && n < y.size() && x[n] == y[n])
            ++n;
        return n;
    };
    CHECK(all[4].blocks.size() == 5);
    CHECK(shared(0, 1) == 0);
    CHECK(shared(1, 2) == 2);
    CHECK(shared(2, 3) == 1);
    CHECK(shared(0, 4) == 3);
    CHECK(shared(4, 5) == 4);
    CHECK(shared(0, 6) == 0);

    // At their recorded times, but for what those wait for.
    auto recorded   = TraceOptions{};
    recorded.replay = Replay::original;
    auto const then = requests_of(text, recorded);
    CHECK(then[5].arrival == 30 * second);
    CHECK(then[5].tool_time == 0);
    CHECK(then[5].waits_for == Numbers{4});
}

TEST_CASE("an agent whose prompt shrank finds the longer one of its session again")
{
    auto const all =
        requests_of("session,agent,turn,t_s,input_tokens,output_tokens,blocks64,cached_prefix_blocks64,api_s,think_s\n"
                    "1,main,0,0,200,1,3,0,1,0\n"
                    "1,main,1,5,64,1,1,1,1,0\n"
                    "1,main,2,9,200,1,3,3,1,0\n");
    REQUIRE(all.size() == 3);
    CHECK(hashes_of(all[2]) == hashes_of(all[0]));
    CHECK(hashes_of(all[1]).front() == hashes_of(all[0]).front());
}

TEST_CASE("gaps of ServeGen go through windows that are shorter than they are")
{
    auto const folder  = TemporaryFolder{};
    auto       windows = std::string{};
    for (int i = 0; i < 4000; ++i) // of 1 s each, with gaps of 20 s on average
        windows += std::to_string(i) + ",0.05,1,,0,0\n";
    folder.write("chunk-0-trace.csv", windows);
    folder.write("chunk-0-dataset.json", R"({"0": {"input_tokens": "{8: 1}", "output_tokens": "{8: 1}"}})");
    auto const count = all_of(*open_trace(folder.path().string(), {})).size();
    CHECK(static_cast<double>(count) == Approx(200).margin(4 * std::sqrt(200.0)));
}

TEST_CASE("ServeGen's clients are drawn at the rates of their windows, from their tables")
{
    auto const folder = TemporaryFolder{};
    folder.write("chunk-0-trace.csv", "0,0,0,,0,0\n600,2,1,Gamma,1,0.5\n1200,0.5,2,Weibull,0.6,1\n");
    folder.write(
        "chunk-0-dataset.json",
        R"({"0": {"input_tokens": "{}", "output_tokens": "{}"}, "600": {"input_tokens": "{10: 0.25, 20: 0.75}", "output_tokens": "{0: 1.0}"}})");
    auto const source = open_trace(folder.path().string(), {});
    CHECK(source->format() == "servegen");
    auto const all = all_of(*source);
    CHECK(all.size() > 1350); // 1,200 + 300
    CHECK(all.size() < 1650);
    CHECK(all.front().arrival >= 600 * second);
    CHECK(all.back().arrival < 1800 * second);
    auto twenty = std::size_t{0}, early = std::size_t{0};
    for (auto const& each : all) {
        CHECK((each.input == 10 || each.input == 20));
        CHECK(each.output == 1);
        twenty += each.input == 20 ? 1 : 0;
        early += each.arrival < 1200 * second ? 1 : 0;
    }
    CHECK(static_cast<double>(twenty) / static_cast<double>(all.size()) == Approx(0.75).margin(0.05));
    CHECK(static_cast<double>(early) == Approx(1200).margin(4 * std::sqrt(1200.0)));

    auto other = TraceOptions{};
    other.seed = 2;
    CHECK(all_of(*open_trace(folder.path().string(), {})).at(9).arrival == all[9].arrival);
    CHECK(all_of(*open_trace(folder.path().string(), other)).at(9).arrival != all[9].arrival);

    folder.write("chunk-0-dataset.json", R"({"600": {"input_tokens": "{10: x}", "output_tokens": "{}"}})");
    CHECK_THROWS_WITH(open_trace(folder.path().string(), {}),
                      Contains("input_tokens of the window 600") && Contains("x}"));
    folder.write("chunk-0-dataset.json", R"({"600": {"input_tokens": "{}", "output_tokens": "{}"}})");
    CHECK_THROWS_WITH(open_trace(folder.path().string(), {}), Contains("no window has lengths"));
    folder.write("chunk-0-trace.csv", "0,1,0,,0,0\n600,2,1,Zipf,1,0.5\n");
    CHECK_THROWS_WITH(open_trace(folder.path().string(), {}), Contains("chunk-0-trace.csv:2: ") && Contains("Zipf"));
}
