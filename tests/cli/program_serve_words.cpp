// `scribeline serve` as a person uses it: words, figures, files and exit codes.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

// Four prompts of which two are alike, in the format of Mooncake.
constexpr char const* small_trace =
    "{\"timestamp\": 0, \"input_length\": 1024, \"output_length\": 8, \"hash_ids\": [1, 2]}\n"
    "{\"timestamp\": 500, \"input_length\": 1024, \"output_length\": 8, \"hash_ids\": [1, 2]}\n"
    "{\"timestamp\": 1000, \"input_length\": 700, \"output_length\": 20, \"hash_ids\": [3, 4]}\n"
    "{\"timestamp\": 1500, \"input_length\": 300, \"output_length\": 1, \"hash_ids\": [5]}\n";

double cell(nlohmann::json const& table, std::string const& row, std::size_t column)
{
    for (auto const& each : table["rows"])
        if (each[0] == row)
            return each[column].get<double>();
    FAIL(row << " is not in " << table.dump());
    return 0;
}

nlohmann::json table_of(std::string const& text, std::string const& name)
{
    auto const document = nlohmann::json::parse(text);
    for (auto const& section : document["sections"])
        if (section.contains("tables") && section["tables"].contains(name))
            return section["tables"][name];
    FAIL("no table " << name);
    return {};
}

} // namespace

TEST_CASE("a trace is served, and where the time went adds up")
{
    auto const folder = TemporaryFolder{};
    auto const trace  = folder.write("trace.jsonl", small_trace);
    auto const run    = run_scribeline({"serve", "--machine", "h100:1", "--model", "llama-3.1-8b", "--trace", trace,
                                        "--slo", "ttft=2s,itl=50ms", "--format", "json"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const throughput = table_of(run.out, "throughput");
    CHECK(cell(throughput, "served", 1) == 4);
    CHECK(cell(throughput, "preemptions", 1) == 0);
    // 1,008 of 3,048 tokens: the second prompt, without its last block of sixteen.
    CHECK(cell(throughput, "prompt tokens found in the cache", 1) == Approx(1008.0 / 3048));
    auto const where = table_of(run.out, "where");
    auto       sum   = 0.0;
    for (auto const* phase : {"queue", "prefill", "decode", "transfer", "engine"})
        sum += cell(where, phase, 1);
    CHECK(sum == Approx(cell(where, "sum", 1)));
    CHECK(sum == Approx(cell(table_of(run.out, "latencies"), "end-to-end latency", 2)));
}

TEST_CASE("the same seed serves the same, and skipping is stepping")
{
    auto const words =
        std::vector<std::string>{"serve",      "--machine", "h100:1",     "--model", "llama-3.1-8b", "--rate", "20/s",
                                 "--requests", "100",       "--replicas", "2",       "--seed",       "7"};
    auto const hash = [&](std::vector<std::string> const& more) {
        auto all = words;
        all.insert(all.end(), more.begin(), more.end());
        auto const run = run_scribeline(all);
        INFO(run);
        REQUIRE(run.exit_code == 0);
        auto const at = run.out.find("state hash");
        REQUIRE(at != std::string::npos);
        return run.out.substr(at);
    };
    auto const first = hash({});
    CHECK(hash({}) == first);
    CHECK(hash({"--step-by-step"}) == first);
    CHECK(hash({"--engine", "sglang"}) != first);
}

TEST_CASE("a system of two pools moves keys and values")
{
    auto const run =
        run_scribeline({"serve", "--system", "h200-prefill4-decode4", "--model", "llama-3.1-8b", "--rate", "20/s",
                        "--requests", "50", "--input", "2000", "--output", "20", "--format", "json"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const links = table_of(run.out, "links");
    auto       bytes = 0.0;
    for (auto const& row : links["rows"])
        bytes += row[1].get<double>();
    CHECK(bytes == 2 * 50 * 2000.0 * 131072); // out and in: 128 KiB a token
    CHECK(run_scribeline({"list", "systems"}).says("h200-prefill4-decode4"));
}

TEST_CASE("a result file of serving is shown, told and exported")
{
    auto const folder = TemporaryFolder{};
    auto const file   = (folder.path() / "serve.h5").string();
    auto const run    = run_scribeline({"serve", "--machine", "h100:1", "--model", "llama-3.1-8b", "--concurrency", "4",
                                        "--requests", "20", "--output", "16", "-o", file});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    CHECK(run_scribeline({"show", file}).says("output_token_throughput"));
    CHECK(run_scribeline({"explain", file}).says("20 of 20 were served"));
    auto const out = (folder.path() / "tables").string();
    CHECK(run_scribeline({"export", "csv", file, "-o", out}).exit_code == 0);
    CHECK(std::filesystem::exists(out + "/requests.csv"));
}

TEST_CASE("what cannot be served is told in one line, with the way out")
{
    auto const refused = [](std::vector<std::string> words, int exit, std::string const& says) {
        words.insert(words.begin(), {"serve", "--model", "llama-3.1-8b"});
        auto const run = run_scribeline(words);
        INFO(run);
        CHECK(run.exit_code == exit);
        CHECK(run.says(says));
    };
    refused({"--rate", "8/s", "--requests", "10"}, 64, "on which machine?");
    refused({"--machine", "h100:1", "--requests", "10"}, 64, "when do requests come?");
    refused({"--machine", "h100:1", "--concurrency", "2", "--arrivals", "poisson", "--requests", "10"}, 64,
            "Give --rate");
    refused({"--machine", "h100:1", "--rate", "8/s"}, 64, "how many requests?");
    refused({"--machine", "h100:1", "--rate", "8", "--requests", "10"}, 64, "--rate");
    refused({"--machine", "h100:1", "--rate", "8/s", "--requests", "10", "--slo", "ttft=2"}, 64, "--slo");
    refused({"--machine", "h100:1", "--rate", "8/s", "--requests", "10", "--limit", "3"}, 64, "--limit");
    refused({"--machine", "h100:1", "--trace", "nowhere.jsonl"}, 66, "nowhere.jsonl");
    refused({"--system", "h100-9", "--rate", "8/s", "--requests", "10"}, 66, "h100-8");
    refused({"--system", "h100-1,,h100-8", "--rate", "8/s", "--requests", "10"}, 64,
            "nothing stands between two commas");
    refused({"--system", "h100-1,h100-1", "--rate", "8/s", "--requests", "10"}, 64, "'h100-1' is named twice");
    refused({"--machine", "h100:1", "--rate", "8/s", "--requests", "10", "--set", "engine.max_num_batched_tokens=4",
             "--set", "engine.max_num_seqs=8"},
            65, "Give at least as many tokens");
    auto const folder = TemporaryFolder{};
    refused({"--machine", "h100:1", "--trace",
             folder.write("bad.jsonl",
                          "{\"timestamp\": 0, \"input_length\": -5, \"output_length\": 8, \"hash_ids\": []}\n")},
            65, "input_length");
    auto const first =
        std::string{"{\"request_id\": \"a\", \"session_id\": \"s\", \"timestamp\": 0, \"input_length\": 600, "
                    "\"output_length\": 4, \"hash_ids\": [1, 2]}\n"};
    // The row is read while an engine ends the request before it.
    refused(
        {"--machine", "h100:1", "--concurrency", "1", "--trace",
         folder.write("self.jsonl", first + "{\"request_id\": \"b\", \"session_id\": \"t\", \"wait_for\": [\"b\"], "
                                            "\"input_length\": 600, \"output_length\": 4, \"hash_ids\": [1, 2]}\n")},
        65, "waits for itself");
    refused(
        {"--machine", "h100:1", "--concurrency", "1", "--turns", "2", "--sessions", "2", "--tier", "host:1GB,tll=3s"},
        64, "unknown policy");
    refused({"--machine", "h100:1", "--concurrency", "1", "--turns", "2", "--requests", "2"}, 64, "--sessions");
    refused({"--system", folder.write("tier.toml", "[[pool]]\nmachine = \"h100:1\"\n\n[[tier]]\nname = \"hots\"\n"),
             "--rate", "8/s", "--requests", "10"},
            65, "tier.toml:4:1: error");
    refused({"--system", folder.write("bad.toml", "[[pool]]\nmachine = \"h100:1\"\nrole = \"prefil\"\n"), "--rate",
             "8/s", "--requests", "10"},
            65, "bad.toml:3:8: error: role");
}

TEST_CASE("a request that is longer than an engine takes is counted, and the rest goes on")
{
    auto const folder = TemporaryFolder{};
    auto const trace  = folder.write("long.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n"
                                                  "2023-11-16 18:17:03.9799600,9000000,8\n"
                                                  "2023-11-16 18:17:04.9799600,90,8\n");
    auto const run    = run_scribeline(
           {"serve", "--machine", "h100:1", "--model", "llama-3.1-8b", "--trace", trace, "--format", "json"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(cell(table_of(run.out, "throughput"), "dropped: longer than an engine takes", 1) == 1);
    CHECK(cell(table_of(run.out, "throughput"), "served", 1) == 1);
}

TEST_CASE("where no request was served nothing is known of one, in a report and in a file")
{
    auto const folder = TemporaryFolder{};
    auto const file   = (folder.path() / "none.h5").string();
    auto const run    = run_scribeline({"serve",
                                        "--machine",
                                        "wse3",
                                        "--model",
                                        "tiny",
                                        "--context",
                                        "64",
                                        "--concurrency",
                                        "1",
                                        "--requests",
                                        "1",
                                        "--input",
                                        "100000",
                                        "--output",
                                        "2",
                                        "--set",
                                        "engine.api_request=0 s",
                                        "--set",
                                        "engine.api_prompt_token=0 s",
                                        "--format",
                                        "json",
                                        "-o",
                                        file});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    CHECK(cell(table_of(run.out, "throughput"), "dropped: longer than an engine takes", 1) == 1);
    for (auto const* name : {"latencies", "where"}) {
        auto const table = table_of(run.out, name);
        for (auto const& row : table["rows"])
            for (std::size_t column = 2; column < row.size(); ++column)
                CHECK(row[column].is_null());
    }
    auto const throughput = table_of(run.out, "throughput");
    for (auto const& row : throughput["rows"])
        if (row[0] == "output token throughput" || row[0] == "request throughput" || row[0] == "total token throughput")
            CHECK(row[1].is_null());
    auto const told = run_scribeline({"explain", file});
    CHECK(told.says("0 of 1"));
    CHECK_FALSE(told.says("nan"));
    CHECK_FALSE(run_scribeline({"show", file, "--format", "json"}).says("nan"));
}

TEST_CASE("agents with tools and tiers: their tasks are reported, and written")
{
    auto const folder = TemporaryFolder{};
    auto const file   = (folder.path() / "agents.h5").string();
    auto const run    = run_scribeline({"serve",
                                        "--system",
                                        "h100-8-host",
                                        "--model",
                                        "llama-3.1-70b",
                                        "--concurrency",
                                        "3",
                                        "--sessions",
                                        "5",
                                        "--turns",
                                        "4",
                                        "--input",
                                        "20000",
                                        "--growth",
                                        "500",
                                        "--output",
                                        "50",
                                        "--tool-time",
                                        "lognormal:median=9s,cv=2",
                                        "--shared-prompt",
                                        "4096",
                                        "--tools",
                                        "2,speed=2",
                                        "--format",
                                        "json",
                                        "-o",
                                        file});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const sessions = table_of(run.out, "sessions");
    CHECK(cell(sessions, "sessions", 1) == 5);
    CHECK(cell(sessions, "turns of a session, mean", 1) == 4);
    auto sum = cell(sessions, "tools work, sum over turns, mean", 1) +
               cell(sessions, "tools wait for a core, sum over turns, mean", 1) +
               cell(sessions, "neither, before a turn, sum over turns, mean", 1);
    for (auto const* phase : {"queue", "prefill", "decode", "transfer", "engine"})
        sum += cell(sessions, std::string{phase} + ", sum over turns, mean", 1);
    CHECK(sum == Approx(cell(sessions, "from its start to its end, mean", 1)));
    CHECK(cell(table_of(run.out, "tools"), "jobs", 1) == 15);
    CHECK(table_of(run.out, "tiers")["rows"].size() == 1);
    auto const out = (folder.path() / "tables").string();
    CHECK(run_scribeline({"export", "csv", file, "-o", out}).exit_code == 0);
    for (auto const* name : {"/sessions.csv", "/kv_tiers.csv", "/reuse.csv"})
        CHECK(std::filesystem::exists(out + name));
}
