// Sweeps of comparisons and of yield: their points say what the command alone says.
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>

#include <nlohmann/json.hpp>

using namespace scribeline::tests;
using Json   = nlohmann::json;
namespace fs = std::filesystem;

namespace {

Json points_in(std::string const& folder)
{
    auto const merged = run_scribeline({"sweep", "merge", folder});
    INFO(merged);
    REQUIRE(merged.exit_code == 0);
    CHECK(merged.err.empty());
    auto const shown = run_scribeline({"sweep", "show", folder, "--format", "json"});
    INFO(shown);
    REQUIRE(shown.exit_code == 0);
    return Json::parse(shown.out)["points"];
}

} // namespace

TEST_CASE("a sweep over wafers and GPUs has in its points what compare says of each")
{
    auto const place = TemporaryFolder{};
    auto const file  = place.write("s.toml", "command = 'compare'\ngoals = ['max tokens_per_second']\n"
                                              "[fixed]\nmodel = 'llama-3.1-8b'\ncontext = 1024\n"
                                              "[axes]\nmachine = ['wse3', 'h100:2']\nworkload.batch = [1, 4, 100000]\n");
    auto const run   = run_scribeline({"sweep", "run", file, "-o", place / "d", "-j", "2"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out == "6 points: 4 ok, 2 infeasible\n");
    CHECK_FALSE(fs::exists(place / "d/runs/000002.h5")); // a result is a figure
    CHECK(run_scribeline({"sweep", "run", place / "d"}).says("0 processes ended"));

    auto const points = points_in(place / "d");
    REQUIRE(points.size() == 6);
    for (auto const& point : points) {
        auto const batch = std::to_string(point["workload.batch"].get<int>());
        auto const alone = run_scribeline({"compare", "--machines", point["machine"], "--batch", batch, "--model",
                                           "llama-3.1-8b", "--context", "1024", "--format", "json"});
        CAPTURE(point, alone);
        auto const row = Json::parse(alone.out)["rows"][0];
        CHECK(alone.exit_code == (point["status"] == "ok" ? 0 : 1));
        if (point["status"] != "ok") {
            CHECK(point["error"].get<std::string>().find(row["reason"].get<std::string>()) != std::string::npos);
            continue;
        }
        for (auto const* name : {"tokens_per_second", "time_per_token", "memory_share", "arrangement", "bound_by"})
            CHECK(point[name] == row[name]);
        auto sum = 0.0;
        for (auto const& [name, value] : point.items())
            if (name.rfind("time_", 0) == 0 && name != "time_per_token" && name != "time_per_token_served" &&
                name != "time_to_first_token" && value.is_number())
                sum += value.get<double>();
        CHECK(sum == Approx(row["time_per_token"].get<double>()));
    }
}

TEST_CASE("a comparison that was killed before its sweep knew that it does not fit is no result")
{
    auto const place  = TemporaryFolder{};
    auto const file   = place.write("s.toml", "command = 'compare'\nmachine = 'h100:1'\n"
                                                "[axes]\nmodel = ['llama-3.1-405b']\ncontext = [1024]\n");
    auto const listed = run_scribeline({"sweep", "plan", file, "--emit", "list", "-o", place / "d"});
    INFO(listed);
    auto const point = run_program({"sh", "-c", std::string{SCRIBELINE_PROGRAM} + listed.out.substr(10)});
    INFO(point);
    CHECK(point.exit_code == 1);
    CHECK(point.err.find("h100:1: ") != std::string::npos); // says why
    REQUIRE(fs::exists(place / "d/runs/000000.h5"));
    auto const points = points_in(place / "d");
    CHECK(points[0]["status"] == "infeasible");
    CHECK(points[0]["exit_code"] == 1);
    CHECK(points[0]["error"] != "");
}

TEST_CASE("a sweep of defects has the figures of yield, also where no wafer can be repaired")
{
    auto const place = TemporaryFolder{};
    auto const file  = place.write("s.toml", "command = 'yield'\nmachine = 'wse3'\n[fixed]\nyield.wafers = 20\n"
                                              "[axes]\nyield.defect_density = ['0.001 /mm2', '1 /mm2']\n");
    auto const run   = run_scribeline({"sweep", "run", file, "-o", place / "d"});
    INFO(run);
    CHECK(run.out == "2 points: 2 ok\n");
    auto const points = points_in(place / "d");
    for (auto const& point : points) {
        auto const density =
            "yield.defect_density=" + std::to_string(point["yield.defect_density"].get<double>()) + " /mm2";
        auto const alone =
            run_scribeline({"yield", "--machine", "wse3", "--wafers", "20", "--set", density, "--format", "json"});
        CAPTURE(point, alone);
        auto const figures = Json::parse(alone.out);
        CHECK(point["unrepairable_share"] == figures["unrepairable_share"]);
        CHECK(point["perfect_dies_share"] == figures["perfect_dies_share"]);
        for (auto const* name : {"defects", "usable_pes", "longer_pairs"})
            CHECK(point[std::string{name} + "_p99"] == figures["per_wafer"][name]["p99"]);
    }
    CHECK(points[0]["unrepairable_share"] == 0);
    CHECK(points[0]["perfect_dies_share"] > points[1]["perfect_dies_share"]);
    CHECK(run_scribeline({"show", place / "d/runs/000000.h5"}).says("usable_pes_mean"));
}

TEST_CASE("a table of comparisons warns where machines of one kind stand at two fidelities, and only there")
{
    auto const place = TemporaryFolder{};
    auto const said  = [&](std::string const& machines, std::string const& fidelities) {
        auto const file = place.write("s.toml", "command = 'compare'\n[fixed]\nmodel = 'tiny'\ncontext = 64\n[axes]\n"
                                                  "machine = [" +
                                                     machines + "]\nrun.fidelity = [" + fidelities + "]\n");
        REQUIRE(run_scribeline({"sweep", "run", file, "-o", place / "d"}).exit_code == 0);
        auto const merged = run_scribeline({"sweep", "merge", place / "d"});
        fs::remove_all(place / "d");
        return merged.err.find("different fidelities") != std::string::npos;
    };
    CHECK_FALSE(said("'wse3', 'h100:1', 'lpx'", "'auto'"));
    CHECK(said("'wse3'", "'folded', 'closed_form'"));
    CHECK(said("'h100:1', 'wse3'", "'auto', 'closed_form'"));
}

TEST_CASE("the shipped sweeps across machines run as they are")
{
    auto const place = TemporaryFolder{};
    for (std::string const name : {"hbm_generation", "tensor_parallel", "defect_density", "batch", "context_cliff"}) {
        CAPTURE(name);
        auto const run = run_scribeline({"sweep", "run", name, "-o", place / name});
        INFO(run);
        CHECK(run.exit_code == 0);
        auto ok = 0;
        for (auto const& point : points_in(place / name)) {
            ok += point["status"] == "ok" ? 1 : 0;
            CHECK(point["status"] != "failed");
        }
        CHECK(ok >= 8);
    }
    // What the question is about can be read from it.
    auto const cliff = run_scribeline({"sweep", "show", place / "context_cliff", "--format", "csv", "--columns",
                                       "machine,context,status", "--where", "status == \"infeasible\""});
    CHECK(cliff.out.find("wse3:4,8192,infeasible") != std::string::npos);
    CHECK(cliff.out.find("wse3:6") == std::string::npos);
}
