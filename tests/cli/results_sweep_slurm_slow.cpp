// A sweep on a Slurm of two nodes, one of which dies in the middle, and whose controller is killed at random moments:
// the merged points are those of a local run. The controller dies once in every run of the tests, and as often as
// SCRIBELINE_KILLS says with `ctest -C long -L long`: what it had not written by then is lost to Slurm, so that going
// on is typed once more. Where Slurm cannot be started (it needs root and the packages slurm-wlm and munge) the test
// says so and checks nothing.
#include "configs/sweep/sampling.hpp"
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>

using namespace scribeline::tests;
namespace fs = std::filesystem;

namespace {

class Slurm {
  public:
    Slurm() : started_{run_program({helper(), "start", folder()})} {}
    ~Slurm()
    {
        if (is_up())
            run_program({helper(), "stop", folder()});
    }
    Slurm(Slurm const&)            = delete;
    Slurm& operator=(Slurm const&) = delete;

    bool             is_up() const { return started_.exit_code == 0; }
    RunResult const& started() const { return started_; }
    void             tell(std::string const& what, std::string const& node = "") const
    {
        run_program({helper(), what, folder(), node});
    }
    RunOptions options() const
    {
        auto options        = RunOptions{};
        options.environment = {{"SLURM_CONF", folder() + "/slurm.conf"}};
        return options;
    }
    std::string queue(std::string const& format) const
    {
        return run_program({"squeue", "-h", "-r", "-o", format}, options()).out;
    }
    // The controller writes its state some seconds late; what was not written dies with it.
    bool has_saved(std::string const& job) const
    {
        auto const state = folder() + "/state/job_state";
        return fs::exists(state) && read_file(state).find(job) != std::string::npos;
    }
    // Jobs that were queued again wait two minutes by default: not here.
    void start_what_waits() const
    {
        auto ids = std::istringstream{run_program({"squeue", "-h", "-r", "-t", "PD", "-o", "%i"}, options()).out};
        for (auto id = std::string{}; std::getline(ids, id);)
            run_program({"scontrol", "update", "JobId=" + id, "StartTime=now"}, options());
    }

  private:
    static std::string helper() { return SCRIBELINE_TESTS "/support/slurm_on_loopback"; }
    std::string        folder() const { return place_ / "slurm"; }

    TemporaryFolder place_;
    RunResult       started_;
};

template <class Condition> bool wait_for(std::chrono::seconds limit, Condition condition)
{
    auto const end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return true;
}

// The node that runs a task of the array: "7_2 n1".
std::string node_of(std::string const& queue, std::string const& task)
{
    auto lines = std::istringstream{queue};
    for (auto line = std::string{}; std::getline(lines, line);) {
        auto const at = line.find(task + ' ');
        if (at != std::string::npos)
            return line.substr(at + task.size() + 1);
    }
    return {};
}

} // namespace

TEST_CASE("a sweep on Slurm survives the death of a node and of the controller, and ends as a local one does")
{
    auto const slurm = Slurm{};
    if (!slurm.is_up()) {
        WARN("SKIPPED: no Slurm can be started here: " << slurm.started().err);
        return;
    }
    auto const* const asked  = std::getenv("SCRIBELINE_KILLS");
    auto const        kills  = asked == nullptr ? 1 : std::atoi(asked);
    constexpr int     points = 1000;
    auto const        place  = TemporaryFolder{};
    auto const        file   = write_small_sweep(place, points);
    auto const        sent   = run_scribeline(
                 {"sweep", "submit", file, "-o", place / "slurm", "--shards", "2", "--retries", "1", "--yes"}, slurm.options());
    INFO(sent);
    REQUIRE(sent.exit_code == 0);
    CHECK(sent.out.find(std::to_string(points) + " points in 2 shards: job ") == 0);

    // The second shard has points 1, 3, 5, ..
    REQUIRE(wait_for(std::chrono::seconds{60}, [&] {
        return fs::exists(place / "slurm/runs/000007.h5") && slurm.has_saved("scribeline-merge");
    }));
    auto const victim = node_of(slurm.queue("%i %N"), "_2");
    CAPTURE(victim);
    REQUIRE((victim == "n1" || victim == "n2"));
    slurm.tell("kill-node", victim);
    auto const status = run_scribeline({"sweep", "status", place / "slurm"});
    INFO(status);
    CHECK(status.out.find("pending") != std::string::npos); // in the middle indeed
    auto random = scribeline::configs::SplitMix64{static_cast<std::uint64_t>(kills)};
    for (int i = 0; i < kills; ++i) {
        if (i > 0)
            std::this_thread::sleep_for(std::chrono::duration<double>{random.uniform()});
        slurm.tell("restart-controller");
    }
    slurm.tell("start-node", victim);

    REQUIRE(wait_for(std::chrono::seconds{240}, [&] {
        slurm.start_what_waits();
        return slurm.queue("%i").empty() && (kills > 1 || fs::exists(place / "slurm/sweep.h5"));
    }));
    if (kills > 1) {
        REQUIRE(run_scribeline({"sweep", "run", place / "slurm"}).exit_code == 0);
        REQUIRE(run_scribeline({"sweep", "merge", place / "slurm"}).exit_code == 0);
    }
    REQUIRE(run_scribeline({"sweep", "run", file, "-o", place / "local"}).exit_code == 0);
    REQUIRE(run_scribeline({"sweep", "merge", place / "local"}).exit_code == 0);
    CHECK(points_of(place / "slurm") == points_of(place / "local"));
    auto const all = std::to_string(points);
    CHECK(run_scribeline({"sweep", "status", place / "slurm"}).out == all + " points: " + all + " ok\n");
}
