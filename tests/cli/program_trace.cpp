// `scribeline trace` as a person calls it.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

// The figure of a row of the summary; null: it is not known.
nlohmann::json cell(nlohmann::json const& document, std::string const& name)
{
    for (auto const& row : document["sections"][0]["tables"]["summary"]["rows"])
        if (row[0] == name)
            return row[1];
    FAIL("no figure " << name << " in " << document.dump());
    return nullptr;
}

double figure(nlohmann::json const& document, std::string const& name) { return cell(document, name); }

} // namespace

TEST_CASE("trace tells what a shipped trace holds, for people and for programs")
{
    auto const told = run_scribeline({"trace", "drawn-agents"});
    INFO(told);
    CHECK(told.exit_code == 0);
    CHECK_THAT(told.out, Contains("Format agentic_mooncake") && Contains("hit share of an infinite cache") &&
                             Contains("for ever"));
    auto const json = run_scribeline({"trace", "mooncake-conversation", "--limit", "100", "--format", "json"});
    REQUIRE(json.exit_code == 0);
    auto const document = nlohmann::json::parse(json.out);
    CHECK(figure(document, "requests") == 100);
    CHECK(figure(document, "tokens of a block") == 512);
    CHECK(figure(document, "hit share of an infinite cache") > 0);
}

TEST_CASE("trace leaves out what the file does not tell")
{
    auto const folder = TemporaryFolder{};
    // Two turns that wait for nothing, and blocks that no other request has.
    auto const row = [](char const* name, char const* time, char const* hash) {
        return std::string{R"({"session_id": "s", "request_id": ")"} + name + R"(", "timestamp": )" + time +
               R"(, "input_length": 512, "output_length": 1, "hash_ids": [)" + hash + "]}\n";
    };
    auto const file = folder.write("t.jsonl", row("a", "0", "1") + row("b", "1000", "2"));
    auto const run  = run_scribeline({"trace", file, "--format", "json"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const document = nlohmann::json::parse(run.out);
    CHECK(figure(document, "arrivals") == 1);
    CHECK(figure(document, "hit share of an infinite cache") == 0);
    for (auto const* name : {"cv of the gaps between them", "since a block's last use, p50"})
        CHECK(cell(document, name).is_null());
    auto const lengths = document["sections"][0]["tables"]["lengths"].dump();
    CHECK_THAT(lengths, Contains("turns of a session") && !Contains("tool time"));
}

TEST_CASE("trace takes a window, a rate and columns of any name")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder.write("my.csv", "when,in,out\n0,5,1\n1000,6,1\n2000,7,1\n3000,8,1\n");
    auto const run = run_scribeline({"trace", file, "--columns", "arrival=when,input=in,output=out,unit=ms", "--start",
                                     "1 s", "--end", "3s", "--scale-rate", "4", "--format", "json"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const document = nlohmann::json::parse(run.out);
    CHECK(figure(document, "tokens in") == 13);
    CHECK(figure(document, "last arrival") == 0.25);
}

TEST_CASE("trace refuses what is no trace in one message with the right exit code")
{
    auto const folder = TemporaryFolder{};
    auto const bad = run_scribeline({"trace", folder.write("t.csv", "arrival_s,input_tokens,output_tokens\n0,-5,1\n")});
    CHECK(bad.exit_code == 65);
    CHECK(bad.says("t.csv:2: error: input_tokens = -5"));
    auto const other = run_scribeline({"trace", folder.write("t.json", "{\"prompt\": 3}")});
    CHECK(other.exit_code == 65);
    CHECK(other.says("no known format"));
    CHECK(run_scribeline({"trace", folder / "none.csv"}).exit_code == 66);
    CHECK(run_scribeline({"trace", "drawn-agents", "--start", "5"}).exit_code == 64);
    CHECK(run_scribeline({"trace", "drawn-agents", "--replay", "backwards"}).says("expected think or original"));
    CHECK(run_scribeline({"trace", "azure-conversation", "--start", "9000 s"}).exit_code == 65);
}
