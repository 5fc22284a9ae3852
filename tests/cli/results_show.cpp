// `scribeline show` of a result file, against the report of the run that wrote it.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

std::string shown(std::string const& file, std::string const& format)
{
    auto const run = run_scribeline({"show", file, "--format", format});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    CHECK(run.err.empty());
    return run.out;
}

} // namespace

TEST_CASE("show gives the summary, operators and stages that the run reported")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "token.h5";
    auto const run    = run_scribeline({"run", "--set", "mapping.schedule=pipeline", "--format", "json", "-o", file});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const report = nlohmann::json::parse(run.out);
    auto const cycles = report["summary"]["cycles_per_token"].get<std::int64_t>();

    auto const json = nlohmann::json::parse(shown(file, "json"));
    CHECK(json["meta"]["model"] == "tiny");
    CHECK(json["meta"]["status"] == "complete");
    CHECK(json["summary"]["cycles_per_token"] == cycles);
    CHECK(json["summary"]["whole_token"] == "yes");
    CHECK(json["units"]["operators"]["start"] == "ps");
    REQUIRE(json["operators"].size() == report["operators"].size());
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < json["operators"].size(); ++i) {
        CHECK(json["operators"][i]["name"] == report["operators"][i]["name"]);
        sum += json["operators"][i]["cycles"].get<std::int64_t>();
    }
    CHECK(sum == cycles);
    CHECK(json["operators"].front()["layer"] == report["operators"].front()["layer"]); // -1: once a token
    REQUIRE(json["stages"].size() == 1);

    // CSV: the same numbers, one a line.
    auto         lines = std::istringstream{shown(file, "csv")};
    std::string  line;
    std::int64_t csv_sum = 0;
    std::getline(lines, line);
    CHECK(line == "table,row,column,units,value");
    while (std::getline(lines, line)) {
        auto const at = line.find(",cycles,cycle,");
        if (line.rfind("operators,", 0) == 0 && at != std::string::npos)
            csv_sum += std::stoll(line.substr(at + 14));
    }
    CHECK(csv_sum == cycles);

    auto const text = shown(file, "table");
    CHECK_THAT(text, Contains("tiny on small") && Contains("\nSummary\n") && Contains("\nOperators\n") &&
                         Contains("\nStages\n") && Contains("24x24"));
}

TEST_CASE("a run of one layer has no stages, one by formulas no operators, and show says so")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "run.h5";
    REQUIRE(run_scribeline({"run", "--fidelity", "wavelet", "-o", file}).exit_code == 0);
    CHECK_THAT(shown(file, "table"), Contains("\nOperators\n") && !Contains("Stages"));
    CHECK(nlohmann::json::parse(shown(file, "json"))["stages"].empty());
    REQUIRE(run_scribeline({"run", "--fidelity", "closed_form", "-o", file}).exit_code == 0);
    CHECK_THAT(shown(file, "table"), Contains("No operators"));
}

TEST_CASE("show refuses what is no result file with one message")
{
    auto const folder = TemporaryFolder{};
    auto const words  = folder.write("words.h5", "these are words");
    auto const refuse = [&](std::vector<std::string> arguments, int code, std::string const& why) {
        arguments.insert(arguments.begin(), "show");
        auto const run = run_scribeline(arguments);
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK(run.out.empty());
        CHECK_THAT(run.err, Contains(why));
    };
    refuse({folder / "missing.h5"}, 66, "missing.h5");
    refuse({words}, 65, "not an HDF5 file");
    refuse({}, 64, "'show' needs FILE.h5");
    refuse({words, "--machine", "wse2"}, 64, "unknown option");
}
