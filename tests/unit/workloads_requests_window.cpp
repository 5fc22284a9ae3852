// Which part of a trace is taken, how fast, and in which blocks.
#include "support/traces.hpp"
#include "workloads/requests/trace_source.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;
using Numbers = std::vector<std::uint64_t>;

namespace {

std::string const ten_seconds = [] {
    auto text = std::string{"arrival_s,input_tokens,output_tokens\n"};
    for (int i = 0; i < 10; ++i)
        text += fmt::format("{},{},1\n", 100 + i, i + 1);
    return text;
}();

Numbers inputs_of_all(std::vector<Request> const& all)
{
    auto list = Numbers{};
    for (auto const& each : all)
        list.push_back(each.input);
    return list;
}

} // namespace

TEST_CASE("a window takes what arrives from its start on and before its end, counted from the first request")
{
    auto options   = TraceOptions{};
    options.start  = configs::Seconds{2};
    options.end    = configs::Seconds{5};
    auto const all = requests_of(ten_seconds, options);
    CHECK(inputs_of_all(all) == Numbers{3, 4, 5});
    CHECK(all.front().arrival == 0);
    CHECK(all.front().id == 0);
    CHECK(all.back().arrival == 2 * second);
}

TEST_CASE("the limit counts requests, the rate divides times")
{
    auto options       = TraceOptions{};
    options.limit      = 4;
    options.scale_rate = 2.5;
    auto const all     = requests_of(ten_seconds, options);
    CHECK(all.size() == 4);
    CHECK(all[3].arrival == 3 * second * 2 / 5);
    options.scale_rate = 1.0 / 3;
    CHECK(requests_of(ten_seconds, options)[1].arrival == 3 * second);
}

TEST_CASE("a row that is wrong behind the window's end is not read where no session can go on")
{
    auto options = TraceOptions{};
    options.end  = configs::Seconds{5};
    CHECK(requests_of(ten_seconds + "x,y,z\n", options).size() == 5);
    CHECK_FALSE(refusal_of(ten_seconds + "x,y,z\n").empty());
}

TEST_CASE("a session is in the window as a whole, or not at all")
{
    auto const row = [](char const* session, char const* time, int input) {
        return fmt::format(R"({{"session_id": "{}", {}, "input_length": {}, "output_length": 1}})"
                           "\n",
                           session, time, input);
    };
    auto const text = row("a", R"("timestamp": 0)", 1) + row("b", R"("timestamp": 2000)", 2) +
                      row("a", R"("delay": 10)", 3) + row("c", R"("timestamp": 9000)", 4) +
                      row("b", R"("delay": 20)", 5) + row("c", R"("delay": 10)", 6);
    auto options   = TraceOptions{};
    options.start  = configs::Seconds{1};
    options.end    = configs::Seconds{8};
    auto const all = requests_of(text, options);
    CHECK(inputs_of_all(all) == Numbers{2, 5});
    CHECK(all[1].waits_for == Numbers{0});
    CHECK(all[1].id == 1);
    CHECK(all[1].turn == 1);
    CHECK(all[0].session == 0);
    CHECK(all[0].arrival == second);
    CHECK(all[1].arrival == second);
}

TEST_CASE("joined blocks have the hash of the last block in them, which stands for all before it")
{
    auto const text = std::string{
        R"({"timestamp": 0, "input_length": 2048, "output_length": 1, "hash_ids": [11, 12, 13, 14]}
{"timestamp": 0, "input_length": 1600, "output_length": 1, "hash_ids": [11, 12, 13, 24]}
{"timestamp": 0, "input_length": 1300, "output_length": 1, "hash_ids": [11, 12, 33]}
)"};
    auto options         = TraceOptions{};
    options.block_tokens = 1024;
    auto const source    = trace_of(text, options);
    CHECK(source->block_tokens() == 1024);
    auto const all = all_of(*source);
    CHECK(hashes_of(all[0]) == Numbers{12, 14});
    CHECK(hashes_of(all[1]) == Numbers{12, 24});
    CHECK(hashes_of(all[2]) == Numbers{12, 33});
}

TEST_CASE("recorded times hold where the trace is replayed as it was")
{
    auto const text = std::string{R"({"session_id": "a", "timestamp": 0, "input_length": 10, "output_length": 1}
{"session_id": "a", "timestamp": 4000, "delay": 300, "input_length": 20, "output_length": 2})"};
    CHECK(requests_of(text)[1].arrival == 0);
    CHECK(requests_of(text)[1].tool_time == 300 * millisecond);
    auto options       = TraceOptions{};
    options.replay     = Replay::original;
    options.scale_rate = 2;
    CHECK(requests_of(text, options)[1].arrival == 2 * second);
    CHECK(requests_of(text, options)[1].tool_time == 0);
}

TEST_CASE("a trace of centuries is refused, one of months is not")
{
    auto const two = [](char const* later) {
        return std::string{"arrival_s,input_tokens,output_tokens\n0,1,1\n"} + later + ",1,1\n";
    };
    CHECK(requests_of(two("10000000"))[1].arrival == std::uint64_t{10'000'000} * second);
    CHECK_FALSE(refusal_of(two("20000000")).empty());
    CHECK_FALSE(refusal_of(two("9000000000")).empty());
    auto options  = TraceOptions{};
    options.start = configs::Seconds{19'000'000};
    CHECK(requests_of(two("20000000"), options).at(0).arrival == std::uint64_t{1'000'000} * second);
}
