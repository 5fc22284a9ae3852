// `scribeline traffic`, as it is typed.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace scribeline::tests;
using Catch::Matchers::Contains;

TEST_CASE("a curve of latency over load is printed, written, shown, told and exported alike")
{
    auto const folder = TemporaryFolder{};
    auto const path   = (folder.path() / "t.h5").string();
    auto const quick  = std::vector<std::string>{"traffic",   "--mesh", "4x4", "--rate", "0.2,0.1",  "--window", "200",
                                                 "--warm-up", "200",    "-o",  path,     "--format", "json"};
    auto const run    = run_scribeline(quick);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const points = [](std::string const& text) {
        auto const json = nlohmann::json::parse(text);
        return json["sections"].back()["tables"]["points"];
    };
    auto const printed = points(run.out);
    REQUIRE(printed["rows"].size() == 2);
    CHECK(printed["rows"][0][0] == 0.1); // sorted by load
    CHECK(printed["rows"][0][2] < printed["rows"][1][2]);
    auto const shown = points(run_scribeline({"show", path, "--format", "json"}).out);
    CHECK(shown["rows"][1][2] == printed["rows"][1][2]);
    CHECK_THAT(run_scribeline({"explain", path}).out, Contains("A packet alone takes 12.5 cycles"));
    for (auto const* wish : {"always", "never"}) {
        auto const text = run_scribeline({"show", path}).out + // the same words, bold headings or none
                          run_scribeline({"traffic", "--mesh", "2x2", "--rate", "0.1", "--window", "50", "--warm-up",
                                          "0", "--color", wish})
                              .out;
        CHECK((text.find('\x1b') != std::string::npos) == (std::string{wish} == "always"));
    }
    auto const tables = (folder.path() / "csv").string();
    REQUIRE(run_scribeline({"export", "csv", path, "-o", tables}).exit_code == 0);
    CHECK_THAT(read_file(tables + "/points.csv"), Contains("offered [flit/(node cycle)],accepted"));
    CHECK_THAT(run_scribeline({"run", "--from", path}).err, Contains("'scribeline traffic' repeats it"));
}

TEST_CASE("loads, patterns and routings that cannot be are refused, and a deadlock is told link by link")
{
    auto const refused = [](std::vector<std::string> words, char const* why, int code = 64) {
        words.insert(words.begin(), "traffic");
        auto const run = run_scribeline(words);
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK_THAT(run.err, Contains(why));
    };
    refused({"--rate", "1.5"}, "--rate: '1.5': expected a number above 0, up to 1");
    refused({"--rate", "0.1,,0.2"}, "--rate: '': expected a number above 0, up to 1");
    refused({"--pattern", "transpose", "--mesh", "4x8", "--rate", "0.1"}, "needs as many columns as rows", 65);
    refused({"--routing", "adaptive", "--rate", "0.1"}, "needs 2 virtual channels", 65);
    refused({"--machine", "h100:8"}, "is no wafer, and has no mesh");
    refused({"--machine", "wse3", "--mesh", "4x4"}, "two meshes");
    refused({"--machine", "small", "--region", "4000x2"}, "has");
    refused({"--routing", "unsafe", "--rate", "0.5"}, "deadlock: packets wait for each other in a circle", 1);
}
