// `scribeline doctor` as a person would call it, and where something is in the way.
#include "support/build_kind.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using scribeline::tests::run_program;
using scribeline::tests::run_scribeline;
using scribeline::tests::RunOptions;
using scribeline::tests::TemporaryFolder;

namespace {

// subject -> {health, finding}
std::map<std::string, std::pair<std::string, std::string>> findings_of(std::string const& json)
{
    auto       findings = std::map<std::string, std::pair<std::string, std::string>>{};
    auto const document = nlohmann::json::parse(json);
    for (auto const& each : document["findings"])
        findings[each["subject"]] = {each["health"], each["finding"]};
    return findings;
}

} // namespace

TEST_CASE("doctor finds nothing in the way of the first run where the first run works")
{
    auto const run = run_scribeline({"doctor", "--format", "json"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const findings = findings_of(run.out);
    for (auto const* subject : {"program", "libraries", "HDF5 filters", "file locking", "shipped files", "this folder",
                                "limits", "memory", "threads", "Slurm"}) {
        CAPTURE(subject);
        REQUIRE(findings.count(subject) == 1);
        CHECK(findings.at(subject).first != "bad");
    }
    CHECK_THAT(findings.at("libraries").second, Contains("SystemC") && Contains("HDF5 1."));
    CHECK_THAT(findings.at("limits").second, Contains("stack") && Contains("open files"));
    CHECK_THAT(findings.at("threads").second, Contains("core"));
    CHECK_THAT(run_scribeline({"doctor"}).out, Contains("good  program"));
}

TEST_CASE("doctor answers no where the memory does not hold the chosen region")
{
    if (scribeline::tests::sanitized) {
        WARN("SKIPPED: left out with the sanitizers, which map terabytes that no limit of memory lets them");
        return;
    }
    auto const check = [](std::string const& region) {
        // 1 GiB: ulimit -v counts in KiB. A full wafer needs more, a small region less.
        return run_program({"bash", "-c",
                            std::string{"ulimit -v 1048576; exec "} + SCRIBELINE_PROGRAM +
                                " doctor --machine wse2 --format json --region " + region});
    };
    auto const full = check("750x994");
    INFO(full);
    CHECK(full.exit_code == 1);
    CHECK(findings_of(full.out)["memory"].first == "bad");
    CHECK_THAT(findings_of(full.out)["memory"].second, Contains("--fidelity folded"));
    auto const small = check("40x40");
    INFO(small);
    CHECK(small.exit_code == 0);
    CHECK(findings_of(small.out)["memory"].first == "good");
}

TEST_CASE("doctor looks for Slurm and file locking where it is called")
{
    auto const folder   = TemporaryFolder{};
    auto       options  = RunOptions{};
    options.environment = {{"PATH", folder.path().string()}, {"HDF5_USE_FILE_LOCKING", "FALSE"}};
    auto const without  = run_scribeline({"doctor", "--format", "json"}, options);
    INFO(without);
    CHECK(findings_of(without.out)["Slurm"].first == "note");
    CHECK_THAT(findings_of(without.out)["file locking"].second, Contains("HDF5_USE_FILE_LOCKING=FALSE"));
    std::filesystem::permissions(folder.write("sbatch", "#!/bin/sh\n"), std::filesystem::perms::owner_all);
    auto const with = run_scribeline({"doctor", "--format", "json"}, options);
    CHECK(findings_of(with.out)["Slurm"].second == folder / "sbatch");
}

TEST_CASE("doctor notes more threads than cores and refuses an unknown machine")
{
    auto const run = run_scribeline({"doctor", "--set", "run.threads=512", "--format", "csv"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK_THAT(run.out, Contains("threads,note,") && Contains("asks for 512"));
    CHECK(run_scribeline({"doctor", "--machine", "nothing"}).exit_code == 66);
}
