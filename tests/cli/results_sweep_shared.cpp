// A folder of a sweep that others write to as well, and what can be known of a sweep before anything runs: nothing of
// somebody else's is run again or replaced, and every command means the same by a finished point.
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

using namespace scribeline::tests;
namespace fs = std::filesystem;
using Json   = nlohmann::json;

namespace {

Json counts_of(std::string const& folder)
{
    auto const run = run_scribeline({"sweep", "status", folder, "--format", "json"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return Json::parse(run.out);
}

void run_sweep(std::string const& file, std::string const& folder)
{
    auto const run = run_scribeline({"sweep", "run", file, "-o", folder, "-q"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
}

// How many points there are of each kind; what follows is about single ones.
std::string first_line(RunResult const& run) { return run.out.substr(0, run.out.find('\n')); }

} // namespace

TEST_CASE("goals, conditions and columns that cannot be are refused before anything runs")
{
    auto const place = TemporaryFolder{};
    struct Wrong {
        std::string line, said;
    };
    for (auto const& each : std::vector<Wrong>{
             {"goals = [\"max nothing\"]\n", "no figure of 'scribeline run'"},
             {"goals = [\"max tokens_per_second_per_usr\"]\n", "did you mean 'tokens_per_second_per_user'?"},
             {"goals = [\"max bound_by\"]\n", "no figure of 'scribeline run'"},
             {"constraints = [\"context > 1 cycle\"]\n", "'token' and 'cycle' are different units"},
             {"constraints = [\"scribe.extra_latency > 1 KiB\"]\n", "'cycle' and 'byte' are different units"},
             {"constraints = [\"context\"]\n", "not a condition but a number"},
             {"constraints = [\"context == 'x'\"]\n", "a number never equals a text"},
             {"constraints = [\"1/0 > 1\"]\n", "names no column"},
             {"constraints = [\"contxt > 1\"]\n", "contxt"},
         }) {
        CAPTURE(each.line);
        auto const file = place.write("bad.toml", "machine = \"small\"\n" + each.line +
                                                      "[fixed]\nworkload.model = \"tiny\"\n"
                                                      "[axes]\nscribe.extra_latency = [\"0 cycles\", \"1 cycle\"]\n");
        for (auto const& arguments : std::vector<std::vector<std::string>>{
                 {"sweep", "plan", file},
                 {"sweep", "run", file, "-o", place / "d"},
                 {"sweep", "submit", file, "-o", place / "d", "--dry-run"},
             }) {
            auto const run = run_scribeline(arguments);
            INFO(run);
            CHECK(run.exit_code == 65);
            CHECK(run.out.empty());
            CHECK(run.err.find("bad.toml:") != std::string::npos);
            CHECK(run.err.find(each.said) != std::string::npos);
        }
        CHECK_FALSE(fs::exists(place / "d"));
    }
}

TEST_CASE("a condition over a table of results is held to the units of its columns")
{
    auto const place = TemporaryFolder{};
    run_sweep(write_small_sweep(place, 2), place / "d");
    REQUIRE(run_scribeline({"sweep", "merge", place / "d", "-q"}).exit_code == 0);
    auto const asked = [&](std::vector<std::string> const& more) {
        auto arguments = std::vector<std::string>{"sweep", "show", place / "d", "--format", "csv"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_scribeline(arguments);
    };
    for (auto const& [condition, said] : std::vector<std::pair<std::string, std::string>>{
             {"cycles_per_layer > 1 KiB", "'cycle' and 'byte' are different units"},
             {"time_per_output_token > 1 cycle", "'s' and 'cycle' are different units"},
             {"tokens_per_second_per_user", "not a condition but a number"},
             {"status == 3", "a text never equals a number"},
             {"bound_by > 2", "only numbers can be ordered"},
             {"cycles_per_leyer > 1", "did you mean 'cycles_per_layer'?"},
         }) {
        auto const run = asked({"--where", condition});
        INFO(run);
        CHECK(run.exit_code == 64);
        CHECK(run.err.find(said) != std::string::npos);
    }
    CHECK(asked({"--sort", "cycles_per_leyer"}).exit_code == 64);
    CHECK(asked({"--columns", "status,cycles_per_leyer"}).exit_code == 64);
    CHECK(asked({"--where", "cycles_per_layer > 1 cycle and scribe.extra_latency < 1 cycle"}).exit_code == 0);
}

TEST_CASE("run, status and merge agree on what a finished point is, by what its file says")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 3);
    run_sweep(file, place / "d");
    auto const other = place.write("other.toml", "machine = \"small\"\n[fixed]\nworkload.model = \"tiny\"\n"
                                                 "mapping.region = \"24x24\"\n"
                                                 "[axes]\nscribe.extra_latency = [\"9 cycles\"]\n");
    run_sweep(other, place / "other");
    auto const foreign = read_file(place / "other/runs/000000.h5");
    place.write("d/runs/000001.h5", foreign);             // complete, and of another configuration
    fs::resize_file(place / "d/runs/000002.h5", 100'000); // cut short by a copy: as if it were not there
    CHECK(counts_of(place / "d").at("ok") == 1);
    CHECK(counts_of(place / "d").at("failed") == 1);
    CHECK(counts_of(place / "d").at("pending") == 1);
    auto const merged = run_scribeline({"sweep", "merge", place / "d"});
    INFO(merged);
    CHECK(merged.exit_code == 0);
    CHECK(merged.out.find("3 points: 1 ok, 1 failed, 1 pending") != std::string::npos);
    CHECK(first_line(run_scribeline({"sweep", "status", place / "d"})) == "3 points: 1 ok, 1 failed, 1 pending");

    // Going on computes what is not there, and leaves what is somebody else's.
    auto const run = run_scribeline({"sweep", "run", place / "d", "-q"});
    INFO(run);
    CHECK(run.exit_code == 75);
    CHECK(first_line(run) == "3 points: 2 ok, 1 failed");
    CHECK(run.out.find("point 1 failed: ") != std::string::npos);
    CHECK(run.out.find("the result of another configuration") != std::string::npos);
    CHECK(read_file(place / "d/runs/000001.h5") == foreign);
    CHECK(first_line(run_scribeline({"sweep", "status", place / "d"})) == "3 points: 2 ok, 1 failed");
    auto const again = run_scribeline({"sweep", "merge", place / "d"});
    CHECK(again.out.find("3 points: 2 ok, 1 failed") != std::string::npos);
}

TEST_CASE("a point that another process computes is pending, and is left to it")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 2);
    run_sweep(file, place / "d");
    fs::remove(place / "d/runs/000001.h5");
    auto const part = place.write("d/runs/000001.h5.part", "of somebody else");
    auto const lock = ::open(part.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(::flock(lock, LOCK_EX | LOCK_NB) == 0);

    auto const run = run_scribeline({"sweep", "run", place / "d", "-q"});
    INFO(run);
    CHECK(run.exit_code == 75);
    CHECK(first_line(run) == "2 points: 1 ok, 1 pending");
    CHECK(run.out.find("point 1 pending: another process computes it") != std::string::npos);
    CHECK(read_file(part) == "of somebody else");
    CHECK_FALSE(fs::exists(place / "d/runs/000001.error.json"));

    ::close(lock); // it died
    auto const later = run_scribeline({"sweep", "run", place / "d", "-q"});
    INFO(later);
    CHECK(later.exit_code == 0);
    CHECK(first_line(later) == "2 points: 2 ok");
}

TEST_CASE("points of another user are pending, and his files stay as they are")
{
    auto const place = TemporaryFolder{};
    run_sweep(write_small_sweep(place, 4), place / "d");
    // What this user may not read plays the part of another user's files; root may read all, and becomes somebody else.
    auto const as_user = [](std::vector<std::string> arguments) {
        auto command = std::vector<std::string>{};
        if (::geteuid() == 0)
            command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
        command.emplace_back(SCRIBELINE_PROGRAM);
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_program(command);
    };
    if (as_user({"--version"}).exit_code != 0) {
        WARN("SKIPPED: no setpriv, or another user cannot start the program where it is built");
        return;
    }
    fs::permissions(place.path(), fs::perms::all);
    fs::permissions(place / "d", fs::perms::all);
    fs::permissions(place / "d/runs", fs::perms::all);
    auto const withheld = place / "d/runs/000001.h5", begun = place / "d/runs/000002.h5.part";
    auto const bytes = read_file(withheld);
    fs::permissions(withheld, fs::perms::none);
    fs::remove(place / "d/runs/000002.h5");
    place.write("d/runs/000002.h5.part", "begun and left");
    fs::permissions(begun, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read); // but not written
    fs::remove(place / "d/runs/000003.h5");

    auto const run = as_user({"sweep", "run", place / "d", "-q"});
    INFO(run);
    CHECK(run.exit_code == 75);
    CHECK(first_line(run) == "4 points: 2 ok, 2 pending");
    CHECK(run.out.find("point 1 pending: runs/000001.h5 is another user's") != std::string::npos);
    CHECK(run.out.find("point 2 pending: runs/000002.h5.part is another user's") != std::string::npos);
    auto const status = as_user({"sweep", "status", place / "d"});
    INFO(status);
    CHECK(status.out == run.out);
    auto const merged = as_user({"sweep", "merge", place / "d"});
    INFO(merged);
    CHECK(merged.exit_code == 0);
    CHECK(merged.out.find("4 points: 2 ok, 2 pending") != std::string::npos);
    fs::permissions(withheld, fs::perms::owner_all);
    CHECK(read_file(withheld) == bytes);
    CHECK(read_file(begun) == "begun and left");
    CHECK_FALSE(fs::exists(place / "d/runs/000001.error.json"));
    CHECK_FALSE(fs::exists(place / "d/runs/000002.error.json"));

    fs::permissions(place / "d/plan.json", fs::perms::none);
    auto const refused = as_user({"sweep", "status", place / "d"});
    INFO(refused);
    CHECK(refused.exit_code == 66);
    CHECK(refused.err.find("plan.json cannot be read: Permission denied") != std::string::npos);
}

TEST_CASE("a folder's name says the same to Slurm and to its shell, or is refused")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 2);
    auto const asked = [&](std::string const& folder, std::string const& option = "--partition=x") {
        return run_scribeline({"sweep", "submit", file, "-o", folder, "--dry-run", "--sbatch=" + option});
    };
    struct Name {
        std::string name, output, shell; // as the scripts have them
    };
    for (auto const& each : std::vector<Name>{
             {"a b", "a b", "a b"},
             {"%j %A", "%%j %%A", "%j %A"},
             {"q\"$(touch PWNED)`x`;\\", R"(q\"$(touch PWNED)`x`;\\)", "q\"$(touch PWNED)`x`;\\"},
         }) {
        auto const run = asked(place / each.name);
        INFO(run);
        REQUIRE(run.exit_code == 0);
        auto const script = read_file(place / each.name + "/shards.sbatch");
        INFO(script);
        auto const folder = fs::canonical(place.path()).string() + "/";
        CHECK(script.find("#SBATCH --output=\"" + folder + each.output + "/logs/shard-%a.log\"\n") !=
              std::string::npos);
        // A shell that only echoes sees the folder as one word.
        auto const echoed = run_program(
            {"bash", "-c", "source <(sed 's/^.*scribeline. sweep/printf \"%s\\\\n\"/' \"$0\")",
             place / each.name + "/shards.sbatch"},
            {place.path().string(), {{"SLURM_ARRAY_TASK_ID", "1"}}, std::chrono::milliseconds{60'000}, {}, {}});
        INFO(echoed);
        CHECK(echoed.out.find("\n" + folder + each.shell + "\n") != std::string::npos);
    }
    CHECK_FALSE(fs::exists(place / "PWNED"));
    for (auto const& run : {asked(place / "line\nend"), asked(place / "d", "--partition=x\ntouch PWNED")}) {
        INFO(run);
        CHECK(run.exit_code == 64);
        CHECK(run.err.find("\\x0a") != std::string::npos);
        CHECK(run.err.find("cannot hold control characters") != std::string::npos);
    }
    CHECK_FALSE(fs::exists(place / "d/shards.sbatch"));
    CHECK_FALSE(fs::exists(place / "line\nend/shards.sbatch"));
}

TEST_CASE("no file of a sweep is written through a link that somebody left in its place")
{
    auto const place = TemporaryFolder{};
    auto const file  = write_small_sweep(place, 1);
    fs::create_directories(place / "d/runs");
    for (auto const* name : {"plan.json", "shards.sbatch", "merge.sbatch", "sweep.h5", "runs.h5", "runs/000000.h5"})
        fs::create_symlink(place / "victim", place / (std::string{"d/"} + name));
    run_sweep(file, place / "d");
    REQUIRE(run_scribeline({"sweep", "merge", place / "d", "-q"}).exit_code == 0);
    REQUIRE(run_scribeline({"sweep", "submit", place / "d", "--dry-run"}).exit_code == 0);
    CHECK_FALSE(fs::exists(place / "victim"));
}
