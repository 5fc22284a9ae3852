// What `run --payload` tells a person, a program and the result file.
#include "results/hdf5/reader.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;
using tests::run_scribeline;

TEST_CASE("a run with --payload reports that its numbers are those of the reference, and keeps that in its file")
{
    tests::TemporaryFolder const folder;
    auto const                   file = folder / "numbers.h5";
    auto const run = run_scribeline({"run", "--payload", "--region", "12x9", "-o", file, "--format", "json"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const summary = nlohmann::json::parse(run.out)["summary"];
    CHECK(summary["payload_numbers"] == 9 * 64 + 2 * 32);
    CHECK(summary["payload_largest_deviation"] > 0);
    CHECK(summary["payload_largest_deviation"] < summary["payload_bound"]);

    results::hdf5::InputFile const written{file};
    CHECK(written.has("/summary/payload_rms_deviation"));
    CHECK(written.has("/summary/payload_bound"));
}

TEST_CASE("a run without --payload says nothing of numbers")
{
    auto const run = run_scribeline({"run"});
    CHECK(run.exit_code == 0);
    CHECK_THAT(run.out, !Contains("Numbers:"));
    CHECK_THAT(run_scribeline({"run", "--payload"}).out, Contains("Numbers: as the reference has them"));
}

TEST_CASE("numbers follow from the seed")
{
    auto const hash = [](char const* seed) {
        auto const run = run_scribeline({"run", "--payload", "--format", "json", "--set", seed});
        return nlohmann::json::parse(run.out)["state_hash"];
    };
    CHECK(hash("run.seed=1") == hash("run.seed=1"));
    CHECK(hash("run.seed=1") != hash("run.seed=2"));
}

TEST_CASE("a payload that the mesh cannot carry is a bad configuration, and says why")
{
    auto const cut = run_scribeline({"run", "--payload", "--region", "8x24", "--set", "workload.kv_heads=full"});
    CHECK(cut.exit_code == 65);
    CHECK_THAT(cut.err, Contains("run.payload") && Contains("rotary embedding"));

    auto const large =
        run_scribeline({"run", "--payload", "--machine", "wse2", "--model", "llama-3.1-70b", "--region", "750x750"});
    CHECK(large.exit_code == 65);
    CHECK_THAT(large.err, Contains("bytes of memory"));
}
