// `scribeline explain` of a result file, as a person would call it.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

TEST_CASE("explain of a result file tells the run that wrote it, from the file alone")
{
    auto const folder   = TemporaryFolder{};
    auto const fidelity = GENERATE("wavelet", "folded", "closed_form");
    auto const file     = folder / "first.h5";
    auto const run =
        run_scribeline({"run", "--set", std::string{"run.fidelity="} + fidelity, "--format", "json", "-o", file});
    CAPTURE(fidelity);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const report = nlohmann::json::parse(run.out);
    auto const told   = run_scribeline({"explain", file});
    INFO(told);
    REQUIRE(told.exit_code == 0);
    CHECK(told.err.empty());
    CHECK_THAT(told.out, Contains("a run of tiny on small") && Contains(fidelity));
    if (report["operators"].empty())
        CHECK_THAT(told.out, Contains("These are formulas"));
    else
        CHECK_THAT(told.out, Contains("The largest part is " + report["summary"]["bound_by"].get<std::string>()));

    // The bars of the same run add up to its token.
    double sum = 0;
    for (auto const& bar : report["waterfall"])
        sum += bar["time_us"].get<double>();
    CHECK(sum == Approx(report["summary"]["time_per_output_token_us"].get<double>()).epsilon(1e-12));
}

TEST_CASE("a whole token on a small wafer is told with its region and its requests")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "token.h5";
    auto const run    = run_scribeline({"run", "--set", "mapping.schedule=pipeline", "--format", "json", "-o", file});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const report = nlohmann::json::parse(run.out);
    auto const cycles = report["summary"]["cycles_per_token"].get<std::uint64_t>();
    CHECK(report["summary"]["whole_token"] == true);
    std::uint64_t sum = 0;
    for (auto const& op : report["operators"]) {
        CHECK(op["start"] == sum);
        for (auto const& part : op["parts"])
            sum += part.get<std::uint64_t>();
    }
    CHECK(sum == cycles);
    auto const told = run_scribeline({"explain", file});
    INFO(told);
    REQUIRE(told.exit_code == 0);
    auto text = told.out;
    std::replace(text.begin(), text.end(), '\n', ' ');
    CHECK_THAT(text, Contains("in flight at once") && Contains("one region of 24x24 PEs"));
    CHECK_THAT(text, Contains("The KV caches of"));
}

TEST_CASE("explain refuses what is no result file with one message, and still explains parameters")
{
    auto const folder = TemporaryFolder{};
    auto const words  = folder.write("words.h5", "these are words");
    auto const refuse = [&](std::string const& argument, int code) {
        auto const run = run_scribeline({"explain", argument});
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK(run.out.empty());
        CHECK(run.err.find(argument) != std::string::npos);
        CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
    };
    refuse(folder / "missing.h5", 66);
    refuse(words, 65);
    auto const parameter = run_scribeline({"explain", "fabric.hop_latency"});
    CHECK(parameter.exit_code == 0);
    CHECK_THAT(parameter.out, Contains("fabric.hop_latency: from router to router"));
}
