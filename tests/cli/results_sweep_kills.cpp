// A sweep that is killed at random moments, itself or one of its workers, loses no finished point, and going on ends
// with exactly the points of an undisturbed one. A few times in every run of the tests; forty times with
// `ctest -C long -L long`, and ten times the controller of Slurm (results_sweep_slurm_slow.cpp).
#include "configs/sweep/sampling.hpp"
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>

using namespace scribeline::tests;
namespace fs = std::filesystem;

namespace {

constexpr int points = 16;

std::map<std::string, std::string> results_in(std::string const& folder)
{
    auto results = std::map<std::string, std::string>{};
    auto error   = std::error_code{};
    for (auto const& entry : fs::directory_iterator{folder + "/runs", error})
        if (entry.path().extension() == ".h5")
            results[entry.path().filename().string()] = read_file(entry.path().string());
    return results;
}

void kill_a_worker(std::string const& file, std::string const& folder, double after)
{
    auto const script = std::string{SCRIBELINE_PROGRAM} + " sweep run " + file + " -q -o " + folder +
                        " -j 2 & sweep=$!; sleep " + std::to_string(after) +
                        "; for child in $(cat /proc/$sweep/task/$sweep/children); do kill -9 $child; break; done; "
                        "wait $sweep";
    auto const run = run_program({"sh", "-c", script});
    INFO(run);
    CHECK((run.exit_code == 0 || run.exit_code == 75));
}

} // namespace

TEST_CASE("kill -9 at random moments loses no finished point")
{
    auto const* const asked = std::getenv("SCRIBELINE_KILLS");
    auto const        kills = asked == nullptr ? 6 : std::atoi(asked);
    auto const        place = TemporaryFolder{};
    auto const        file  = write_small_sweep(place, points);
    auto const        whole = run_scribeline({"sweep", "run", file, "-o", place / "undisturbed", "-j", "2"});
    REQUIRE(whole.exit_code == 0);
    run_scribeline({"sweep", "merge", place / "undisturbed"});

    auto random = scribeline::configs::SplitMix64{static_cast<std::uint64_t>(kills)};
    for (int i = 0; i < kills;) {
        auto const folder = place / ("killed" + std::to_string(i));
        // A folder takes three kills, then it is finished.
        for (int here = 0; here < 3 && i < kills; ++here, ++i) {
            auto const before = results_in(folder);
            auto const after  = random.uniform() * whole.seconds * 0.7;
            CAPTURE(i, after);
            if (i % 3 == 1) {
                kill_a_worker(file, folder, after);
            } else {
                auto options       = RunOptions{};
                options.kill_after = std::chrono::milliseconds{static_cast<int>(after * 1000) + 1};
                run_scribeline({"sweep", "run", file, "-q", "-o", folder, "-j", "2"}, options);
            }
            auto const now = results_in(folder);
            for (auto const& [name, bytes] : before)
                CHECK((now.count(name) == 1 && now.at(name) == bytes)); // finished once, never touched again
        }
        auto const last = run_scribeline({"sweep", "run", file, "-o", folder});
        INFO(last);
        CHECK(last.exit_code == 0);
        CHECK(run_scribeline({"sweep", "merge", folder}).exit_code == 0);
        CHECK(points_of(folder) == points_of(place / "undisturbed"));
    }
}

TEST_CASE("a batch system that asks a sweep to end lets it finish what runs, and it goes on later")
{
    auto const place  = TemporaryFolder{};
    auto const file   = write_small_sweep(place, points);
    auto const script = std::string{SCRIBELINE_PROGRAM} + " sweep run " + file + " -o " + (place / "d") +
                        " -j 1 & sweep=$!; while ! ls " + (place / "d/runs") +
                        "/000001.h5 2> /dev/null; do sleep 0.01; done; "
                        "kill -TERM $sweep; wait $sweep";
    auto const run = run_program({"sh", "-c", script});
    INFO(run);
    CHECK(run.exit_code == 75);
    CHECK(run.out.find("pending") != std::string::npos);
    auto const names = results_in(place / "d");
    CHECK(names.size() >= 2);
    CHECK(names.size() < points);
    for (auto const& entry : fs::directory_iterator{place / "d/runs"})
        CHECK(entry.path().extension() == ".h5"); // nothing half done
    CHECK(run_scribeline({"sweep", "run", place / "d"}).out == "16 points: 16 ok\n");
}
