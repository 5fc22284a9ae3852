// `scribeline sweep` as a person meets it: run, go on, merge, show, and the words for what is wrong.
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

#include <nlohmann/json.hpp>

using namespace scribeline::tests;
namespace fs = std::filesystem;

namespace {

std::size_t results_in(std::string const& folder)
{
    auto count = std::size_t{0};
    for (auto const& entry : fs::directory_iterator{folder + "/runs"})
        count += entry.path().extension() == ".h5" ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("a sweep runs, goes on where it stopped, is merged and shown")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 6);
    auto const half  = run_scribeline({"sweep", "run", file, "-o", place / "d", "--shard", "1/2", "-j", "2"});
    INFO(half);
    CHECK(half.exit_code == 0);
    CHECK(half.out == "3 points: 3 ok\n");
    CHECK(results_in(place / "d") == 3);

    auto const status = run_scribeline({"sweep", "status", place / "d", "--format", "json"});
    CHECK(nlohmann::json::parse(status.out)["pending"] == 3);

    auto const before = fs::last_write_time(place / "d/runs/000000.h5");
    auto const rest   = run_scribeline({"sweep", "run", place / "d"}); // the folder knows its points
    INFO(rest);
    CHECK(rest.out == "6 points: 6 ok\n");
    CHECK(rest.says("3 processes ended"));
    CHECK(fs::last_write_time(place / "d/runs/000000.h5") == before);

    auto const merged = run_scribeline({"sweep", "merge", place / "d"});
    INFO(merged);
    CHECK(merged.exit_code == 0);
    auto const shown =
        run_scribeline({"sweep", "show", place / "d", "--sort", "extra_latency", "--descending", "--where",
                        "extra_latency >= 2 cycles", "--format", "csv", "--columns", "extra_latency"});
    INFO(shown);
    CHECK(shown.out == "point,scribe.extra_latency\n5,5\n4,4\n3,3\n2,2\n");

    // The same as a run of its own.
    auto const own   = run_scribeline({"run", "--machine", "small", "--model", "tiny", "--region", "24x24", "--set",
                                       "scribe.extra_latency=5 cycles", "--format", "json"});
    auto const swept = run_scribeline({"sweep", "show", place / "d", "--format", "json"});
    CHECK(nlohmann::json::parse(own.out)["summary"]["cycles_per_layer"] ==
          nlohmann::json::parse(swept.out)["points"][5]["cycles_per_layer"]);
}

TEST_CASE("what does not fit is a result, and what fails is tried again")
{
    auto const place = TemporaryFolder{};
    auto const file  = place.write("s.toml", "machine = 'small'\n[fixed]\nmodel = 'tiny'\nmapping.region = '8x8'\n"
                                              "[axes]\npe.sram = ['5 KiB', '48 KiB']\n");
    auto const run   = run_scribeline({"sweep", "run", file, "-o", place / "d"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out == "2 points: 1 ok, 1 infeasible\n");
    auto const again = run_scribeline({"sweep", "run", place / "d"});
    CHECK(again.says("0 processes ended"));
    run_scribeline({"sweep", "merge", place / "d"});
    auto const shown =
        run_scribeline({"sweep", "show", place / "d", "--where", "status == 'infeasible'", "--format", "json"});
    auto const point = nlohmann::json::parse(shown.out)["points"].at(0);
    CHECK(point["error"].get<std::string>().find("does not fit") != std::string::npos);
    CHECK(point["exit_code"] == 1);
    CHECK(point["cycles_per_layer"].is_null());
    CHECK(point["pareto_rank"] == 0);
}

TEST_CASE("a point that takes too long is tried as often as asked, told, and left for another run")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 2);
    auto const late =
        run_scribeline({"sweep", "run", file, "-o", place / "d", "--timeout", "0.001", "--retries", "1", "-j", "1"});
    INFO(late);
    CHECK(late.exit_code == 75);
    CHECK(late.says("2 timed_out"));
    CHECK(late.says("point 0 timed_out after 2 attempts"));
    auto const error = nlohmann::json::parse(read_file(place / "d/runs/000001.error.json"));
    CHECK(error["status"] == "timed_out");
    CHECK(error["attempts"] == 2);
    auto const well = run_scribeline({"sweep", "run", place / "d"});
    CHECK(well.exit_code == 0);
    CHECK(well.out == "2 points: 2 ok\n");
}

TEST_CASE("a damaged result costs its own point, and a foreign one is noticed")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 4);
    REQUIRE(run_scribeline({"sweep", "run", file, "-o", place / "d"}).exit_code == 0);
    auto bytes = read_file(place / "d/runs/000001.h5");
    for (std::size_t i = 600; i < bytes.size(); i += 64)
        bytes[i] = static_cast<char>(~bytes[i]);
    place.write("d/runs/000001.h5", bytes);
    fs::copy_file(place / "d/runs/000000.h5", place / "d/runs/000002.h5", fs::copy_options::overwrite_existing);
    auto const merged = run_scribeline({"sweep", "merge", place / "d"});
    INFO(merged);
    CHECK(merged.exit_code == 0);
    CHECK(merged.says("4 points: 2 ok, 2 failed"));
    CHECK(merged.says("000002.h5 is the result of another configuration"));
    // Rebuilt at any time: once the two are gone, their points run again.
    fs::remove(place / "d/runs/000001.h5");
    fs::remove(place / "d/runs/000002.h5");
    CHECK(run_scribeline({"sweep", "run", place / "d"}).says("2 processes ended"));
    CHECK(run_scribeline({"sweep", "merge", place / "d"}).says("4 points: 4 ok"));
}

TEST_CASE("the points of a sweep can be listed as commands that do the same")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 3);
    auto const plan  = run_scribeline({"sweep", "plan", file});
    CHECK(plan.says("3 points; 0 skipped"));
    auto const list = run_scribeline({"sweep", "plan", file, "--emit", "list", "-o", place / "listed"});
    INFO(list);
    REQUIRE(list.exit_code == 0);
    auto script = list.out;
    for (auto at = script.find("scribeline run"); at != std::string::npos; at = script.find("scribeline run", at + 60))
        script.replace(at, 10, SCRIBELINE_PROGRAM);
    CHECK(run_program({"sh", "-c", script}).exit_code == 0);
    CHECK(run_scribeline({"sweep", "status", place / "listed"}).out == "3 points: 3 ok\n");
    REQUIRE(run_scribeline({"sweep", "run", file, "-o", place / "run"}).exit_code == 0);
    run_scribeline({"sweep", "merge", place / "run"});
    run_scribeline({"sweep", "merge", place / "listed"});
    CHECK(points_of(place / "run") == points_of(place / "listed"));
    CHECK(run_scribeline({"sweep", "plan", file, "--emit", "parallel", "-o", place / "p"}).says("seq 3 | parallel"));
}

TEST_CASE("a merged sweep links to its runs, wherever the folder goes")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 2);
    REQUIRE(run_scribeline({"sweep", "run", file, "-o", place / "d"}).exit_code == 0);
    REQUIRE(run_scribeline({"sweep", "merge", place / "d"}).exit_code == 0);
    fs::rename(place / "d", place / "elsewhere");
    auto const listed = run_program({"h5ls", "-E", place / "elsewhere/runs.h5/000001/summary/cycles_per_layer"});
    INFO(listed);
    CHECK(listed.exit_code == 0);
    CHECK(listed.out.find("SCALAR") != std::string::npos);
}

TEST_CASE("bad input to a sweep is one clear message, before anything runs")
{
    auto const place = TemporaryFolder{};
    auto const good  = write_small_sweep(place, 2);
    auto const bad   = place.write("bad.toml", "[axes]\nscribe.extra_latncy = ['1 cycle']\n");
    auto const empty = place.write("empty.toml", "constraints = ['context > 5']\n[axes]\ncontext = [1, 2]\n");
    auto const many =
        place.write("many.toml", "[fixed]\nmodel = 'tiny'\n[axes]\ncontext = { from = 1, to = 1001, step = 1 }\n");
    auto const model = place.write("model.toml", "[axes]\nmodel = ['tiny', 'tinny']\n");
    REQUIRE(run_scribeline({"sweep", "run", good, "-o", place / "d"}).exit_code == 0);

    struct Bad {
        std::vector<std::string> arguments;
        int                      exit_code;
        std::string              said;
    };
    auto const all = std::vector<Bad>{
        {{"run", bad},
         65,
         "bad.toml:2:8: error: scribe.extra_latncy: unknown parameter; did you mean 'scribe.extra_latency'?"},
        {{"run", empty}, 65, "no points are left: the constraints skip all 2"},
        {{"run", many}, 64, "1001 points, more than 1000: say --yes"},
        {{"run", model}, 66, "tinny"},
        {{"run", many, "-o", place / "d", "--yes"}, 65, "holds another sweep"},
        {{"run", place / "d", "-o", place / "e"}, 64, "leave out -o"},
        {{"run", good, "--shard", "3/2"}, 64, "expected K/N"},
        {{"run", good, "--jobs", "0"}, 64, "--jobs '0': expected a number of at least 1"},
        {{"run", good, "--timeout", "nan"}, 64, "--timeout 'nan'"},
        {{"run", good, "--where", "1"}, 64, "--where is not for 'sweep run'"},
        {{"rum", good}, 64, "did you mean 'run'?"},
        {{"run"}, 64, "'sweep' needs"},
        {{"run", place / "nothing.toml"}, 66, "no sweep file"},
        {{"status", place.path().string()}, 66, "is no folder of a sweep"},
        {{"show", place / "d"}, 66, "sweep merge"},
        {{"merge", place / "d", "--goal", "fast"}, 64, "expected 'max COLUMN' or 'min COLUMN'"},
        {{"merge", place / "d", "--goal", "max speed"}, 64, "goal speed: no such column"},
        {{"submit", good, "-o", place / "s", "--shards", "2"}, 66, "there is no Slurm here"},
    };
    for (auto const& each : all) {
        auto arguments = each.arguments;
        arguments.insert(arguments.begin(), "sweep");
        auto options        = RunOptions{};
        options.folder      = place.path().string();
        options.environment = {{"PATH", "/nowhere"}}; // no sbatch
        auto const run      = run_scribeline(arguments, options);
        INFO(run);
        CHECK(run.exit_code == each.exit_code);
        CHECK(run.err.find(each.said) != std::string::npos);
        CHECK(run.out.empty());
    }
    CHECK_FALSE(fs::exists(place / "many"));
    CHECK_FALSE(fs::exists(place / "model"));
    CHECK(results_in(place / "d") == 2);
}

TEST_CASE("a job array larger than Slurm allows is told before it is submitted")
{
    auto const place = TemporaryFolder{};
    auto const many  = write_small_sweep(place, 1020);
    auto const asked = [&](std::string const& shards, std::string const& path) {
        auto options        = RunOptions{};
        options.environment = {{"PATH", path}};
        return run_scribeline({"sweep", "submit", many, "-o", place / "s", "--shards", shards, "--yes", "--dry-run"},
                              options);
    };
    auto const unknown = asked("1020", "/nowhere");
    INFO(unknown);
    CHECK(unknown.exit_code == 0);
    CHECK(unknown.err.find("--shards 1020: a job array of Slurm has at most 1000 tasks") != std::string::npos);
    CHECK(asked("1000", "/nowhere").err.find("warning") == std::string::npos);

    fs::create_directories(place / "bin");
    auto const scontrol = place.write("bin/scontrol", "#!/bin/sh\necho 'MaxArraySize            = 501'\n");
    fs::permissions(scontrol, fs::perms::owner_all);
    auto const told = asked("501", (place / "bin") + ":/bin:/usr/bin");
    INFO(told);
    CHECK(told.exit_code == 64);
    CHECK(told.err.find("at most 500 tasks (MaxArraySize of its slurm.conf is 501)") != std::string::npos);
    CHECK(asked("500", (place / "bin") + ":/bin:/usr/bin").exit_code == 0);
}
