// What a trace must not have, and what is said of it: file, row, field, value, what to do.
#include "configs/schema/limits.hpp"
#include "support/temporary_folder.hpp"
#include "support/traces.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string const good = R"({"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]})"
                         "\n";
std::string       second_row(std::string const& fields) { return good + "{" + fields + "}\n"; }

} // namespace

TEST_CASE("a wrong row is named with its file, line, field and value")
{
    struct Case {
        std::string fields, place, what;
    };
    auto const each = GENERATE(values<Case>({
        {R"("timestamp": 1, "output_length": 5)", "65 t:2: error: input_length", "missing"},
        {R"("timestamp": 1, "input_lenght": 5, "output_length": 5)", "65 t:2: error: input_length",
         "did you mean 'input_lenght'"},
        {R"("timestamp": 1, "input_length": -5, "output_length": 5)", "65 t:2: error: input_length = -5",
         "at least one token"},
        {R"("timestamp": 1, "input_length": 0, "output_length": 5)", "65 t:2: error: input_length = 0",
         "at least one token"},
        {R"("timestamp": 1, "input_length": 5, "output_length": 0)", "65 t:2: error: output_length = 0",
         "at least one token"},
        {R"("timestamp": 1, "input_length": 5.5, "output_length": 5)", "65 t:2: error: input_length = 5.5",
         "a whole number"},
        {R"("timestamp": 1, "input_length": "5", "output_length": 5)", "65 t:2: error: input_length = '5'",
         "a whole number"},
        {R"("timestamp": 1, "input_length": 99999999999, "output_length": 5)",
         "65 t:2: error: input_length = 99999999999", "more than"},
        {R"("timestamp": "x", "input_length": 5, "output_length": 5)", "65 t:2: error: timestamp = 'x'", "a number"},
        {R"("timestamp": 1e300, "input_length": 5, "output_length": 5)", "65 t:2: error: timestamp = 1e+300",
         "292 years"},
        {R"("input_length": 5, "output_length": 5)", "65 t:2: error: timestamp", "missing"},
        {R"("timestamp": -1, "input_length": 5, "output_length": 5)", "65 t:2: error: timestamp = -0.001 s",
         "Sort the file"},
        {R"("timestamp": 1, "input_length": 600, "output_length": 5, "hash_ids": [1])", "", ""}, // whole blocks alone
        {R"("timestamp": 1, "input_length": 600, "output_length": 5, "hash_ids": [1, 2, 3])",
         "65 t:2: error: hash_ids = 3 hashes", "input_length = 600 takes 2 blocks of 512 tokens"},
        {R"("timestamp": 1, "input_length": 2000, "output_length": 5, "hash_ids": [1, 2])",
         "65 t:2: error: hash_ids = 2 hashes", "takes 4 blocks"},
        {R"("timestamp": 1, "input_length": 5, "output_length": 5, "hash_ids": 7)", "65 t:2: error: hash_ids = 7",
         "a list of hashes"},
        {R"("timestamp": 1, "input_length": 5, "output_length": 5, "hash_ids": [1.5])", "65 t:2: error: hash_ids",
         "a list of hashes"},
        {R"("session_id": "s", "delay": -4, "input_length": 5, "output_length": 5)", "65 t:2: error: delay = -4",
         "0 or more"},
        {R"("timestamp": 1 "input_length": 5)", "65 t:2: error: column ", "not valid JSON"},
    }));
    CAPTURE(each.fields);
    auto const said = refusal_of(second_row(each.fields));
    CHECK_THAT(said, StartsWith(each.place));
    CHECK_THAT(said, Contains(each.what));
    CHECK(said.empty() == each.place.empty());
}

TEST_CASE("times that fall are refused where they fall, and are said in seconds")
{
    auto const said = refusal_of("arrival_s,input_tokens,output_tokens\n100,1,1\n103.5,1,1\n102,1,1\n");
    CHECK_THAT(said, StartsWith("65 t:4: error: arrival_s = 2 s behind the first row"));
    CHECK_THAT(said, Contains("3.5 s"));
    CHECK(refusal_of("arrival_s,input_tokens,output_tokens\n100,1,1\n100,1,1\n").empty());
}

TEST_CASE("a time beyond what 64 bits hold is refused by the name of its own field")
{
    auto const turn = std::string{R"({"session_id": "s", "timestamp": 0, "input_length": 5, "output_length": 5)"};
    CHECK_THAT(refusal_of(turn + "}\n" + turn + R"(, "delay": 2e10})"),
               StartsWith("65 t:2: error: delay = 20000000 s"));
    CHECK_THAT(refusal_of("session,agent,turn,t_s,input_tokens,output_tokens,blocks64,cached_prefix_blocks64,api_s,"
                          "think_s\n1,main,0,0,200,10,3,0,2e7,0\n"),
               StartsWith("65 t:2: error: api_s = 20000000 s"));
    CHECK_THAT(refusal_of("arrival_s,input_tokens,output_tokens\n0,1,1\n2e7,1,1\n"),
               StartsWith("65 t:3: error: arrival_s = 20000000 s"));
}

TEST_CASE("a request waits for one that stands before it")
{
    auto const row = [](char const* id, char const* waits) {
        return std::string{R"({"session_id": "s", "input_length": 5, "output_length": 5, "request_id": ")"} + id +
               R"(", "wait_for": [)" + waits + "]}\n";
    };
    CHECK_THAT(refusal_of(row("a", R"("a")")), StartsWith("65 t:1: error: wait_for = a: the request waits for itself"));
    CHECK_THAT(refusal_of(row("a", "") + row("b", R"("a", "x")")), StartsWith("65 t:2: error: wait_for = x: no row"));
    CHECK_THAT(refusal_of(row("a", R"("b")") + row("b", "")), StartsWith("65 t:1: error: wait_for = b"));
    CHECK_THAT(refusal_of(row("a", "") + row("a", "")), StartsWith("65 t:2: error: request_id = a: an earlier row"));
    CHECK(refusal_of(row("a", "") + row("b", R"("a", "a")")).empty());
}

TEST_CASE("the agents' CSV must agree with itself")
{
    auto const header = std::string{
        "session,agent,turn,t_s,input_tokens,output_tokens,blocks64,cached_prefix_blocks64,api_s,think_s\n"};
    CHECK(refusal_of(header + "1,main,0,0,200,10,3,0,2.5,0\n").empty());
    CHECK_THAT(refusal_of(header + "1,main,0,0,200,10,3,1,2.5,0\n"),
               StartsWith("65 t:2: error: cached_prefix_blocks64 = 1: no earlier request of session 1"));
    CHECK_THAT(refusal_of(header + "\x1b[2J,main,0,0,200,10,3,1,2.5,0\n"), // a name that would clear the screen
               Contains("no earlier request of session \\x1b[2J has so many blocks"));
    CHECK_THAT(refusal_of(header + "1,main,0,0,200,10,3,4,2.5,0\n"), Contains("expected 0 to blocks64 = 3"));
    CHECK_THAT(refusal_of(header + "1,main,0,0,200,10,9000000000,0,2.5,0\n"),
               StartsWith("65 t:2: error: blocks64 = 9000000000"));
    CHECK_THAT(refusal_of(header + "1,main,0,0,200,10,1,0,2.5,0\n"), StartsWith("65 t:2: error: blocks64 = 1 hashes"));
    CHECK_THAT(refusal_of(header + "1,main,0,-1,200,10,3,0,2.5,0\n"), StartsWith("65 t:2: error: t_s = -1"));
    CHECK_THAT(refusal_of(header + "1,main,0\n"),
               StartsWith("65 t:2: error: input_tokens: missing: the row has 3 cells"));
}

TEST_CASE("cells of a CSV trace are numbers and dates, and columns have the names that were told")
{
    auto const azure = std::string{"TIMESTAMP,ContextTokens,GeneratedTokens\n"};
    CHECK_THAT(refusal_of(azure + "2023-02-29 00:00:00,1,1\n"),
               StartsWith("65 t:2: error: TIMESTAMP = 2023-02-29 00:00:00: expected a date"));
    CHECK_THAT(refusal_of(azure + "2023-02-28 00:00:00,,1\n"), StartsWith("65 t:2: error: ContextTokens: missing"));
    CHECK_THAT(refusal_of(azure + "2023-02-28 00:00:00,1,1x\n"), StartsWith("65 t:2: error: GeneratedTokens = 1x"));
    CHECK(refusal_of(azure + "2023-02-28 00:00:00,1,12.0\n").empty());
    auto options    = TraceOptions{};
    options.columns = {"when", "input", "output", "", "", configs::Seconds{1}};
    CHECK_THAT(refusal_of("whan,input,output\n1,1,1\n", options),
               StartsWith("65 t:1: error: no column 'when'; did you mean 'whan'"));
    CHECK_THAT(refusal_of("when,input,output\n1e5x,1,1\n", options), StartsWith("65 t:2: error: when = 1e5x"));
}

TEST_CASE("a text of no known format is told what it has and what is known")
{
    auto const said = refusal_of(R"({"prompt": "hello", "length": 3})");
    CHECK_THAT(said, StartsWith("65 t: error: no known format"));
    CHECK_THAT(said, Contains("prompt, length"));
    for (auto const& format : trace_formats())
        CHECK_THAT(said, Contains(format.name) && Contains(format.known));
    CHECK_THAT(refusal_of("a,b,c\n1,2,3\n"), Contains("a, b, c"));
    CHECK_THAT(refusal_of(""), StartsWith("65 t: error: the file is empty"));
    CHECK_THAT(refusal_of("[{\"input_length\": 3}]"), Contains("jq"));
    CHECK_THAT(refusal_of(good + "[1]\n"), StartsWith("65 t:2: error: the line: expected a JSON object"));
    CHECK_THAT(refusal_of(good + "3\n"), StartsWith("65 t:2: error: the line: expected a JSON object"));
    auto named   = TraceOptions{};
    named.format = "moonkace";
    CHECK_THAT(refusal_of(good, named), StartsWith("64 ") && Contains("did you mean 'mooncake'"));
    named.format = "azure";
    CHECK_THAT(refusal_of(good, named), StartsWith("65 t: error: is no trace of the format azure"));
}

TEST_CASE("a line without end, a packed file and a folder are no traces")
{
    CHECK_THAT(refusal_of(good + std::string(configs::limits::trace_line + 100'000, ' ') + "x"),
               StartsWith("65 t:2: error: a line of more than 16 MiB"));
    CHECK_THAT(refusal_of(good + std::string("{\0}", 3)), StartsWith("65 t:2: error: a zero byte"));
    CHECK_THAT(refusal_of(good + std::string(1'000'000, '[')), Contains("t:2: error: "));
    auto fields = std::string{R"({"timestamp": 1)"};
    for (int i = 0; i < 200; ++i)
        fields += ",\"k" + std::to_string(i) + "\": 1";
    CHECK_THAT(refusal_of(good + fields + "}"), StartsWith("65 t:2: error: the object: more than 100 fields"));
    auto const folder = TemporaryFolder{};
    CHECK_THROWS_WITH(open_trace(folder.path().string(), {}), Contains("is a folder without chunk-N-trace.csv"));
    CHECK_THROWS_WITH(open_trace(folder / "none", {}), Contains("cannot be read"));
}

TEST_CASE("options of a trace that make no sense are refused before it is read")
{
    auto const refused = [](auto change) {
        auto options = TraceOptions{};
        change(options);
        return refusal_of(good, options);
    };
    CHECK_THAT(refused([](auto& o) { o.limit = 0; }), StartsWith("64 limit"));
    CHECK_THAT(refused([](auto& o) { o.scale_rate = 0; }), StartsWith("64 scale-rate"));
    CHECK_THAT(refused([](auto& o) { o.scale_tools = -1; }), StartsWith("64 scale-tools"));
    CHECK_THAT(refused([](auto& o) { o.start = configs::Seconds{-1}; }), StartsWith("64 start"));
    CHECK_THAT(refused([](auto& o) { o.start = configs::Seconds{5}, o.end = configs::Seconds{5}; }),
               Contains("the window from 5 s to 5 s is empty"));
    CHECK_THAT(refused([](auto& o) { o.block_tokens = 700; }), Contains("expected a multiple"));
    CHECK(refused([](auto& o) { o.block_tokens = 1024; }).empty());
    CHECK(refused([](auto& o) { o.hash_tokens = 300; }).empty());
    CHECK_THAT(refused([](auto& o) { o.hash_tokens = 16; }), Contains("takes 38 blocks of 16 tokens"));
}
