// The helper that all tests in this folder stand on: does it report what a program said and how it ended?
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <stdexcept>

using scribeline::tests::read_file;
using scribeline::tests::run_program;
using scribeline::tests::RunOptions;
using scribeline::tests::TemporaryFolder;

namespace {

auto shell(std::string const& script, RunOptions const& options = {})
{
    return run_program({"sh", "-c", script}, options);
}

} // namespace

TEST_CASE("a program's two streams and its exit code are kept apart")
{
    auto const run = shell("echo result; echo remark >&2; exit 65");
    CHECK(run.out == "result\n");
    CHECK(run.err == "remark\n");
    CHECK(run.exit_code == 65);
    CHECK(run.signal == 0);
    CHECK_FALSE(run.timed_out);
}

TEST_CASE("a program that writes more than a pipe holds does not block")
{
    auto const run = shell("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2");
    CHECK(run.out.size() == 1'000'000);
    CHECK(run.err.size() == 1'000'000);
}

TEST_CASE("a program that outlives its time is killed and said to have timed out")
{
    auto options    = RunOptions{};
    options.timeout = std::chrono::milliseconds{100};
    auto const run  = run_program({"sleep", "60"}, options);
    CHECK(run.timed_out);
    CHECK(run.signal == SIGKILL);
}

TEST_CASE("a program that a test kills has not timed out")
{
    auto options       = RunOptions{};
    options.kill_after = std::chrono::milliseconds{100};
    auto const run     = run_program({"sleep", "60"}, options);
    CHECK_FALSE(run.timed_out);
    CHECK(run.signal == SIGKILL);
    CHECK(run.exit_code == -1);
}

TEST_CASE("a write beyond the largest file fails without a signal")
{
    auto const folder    = TemporaryFolder{};
    auto       options   = RunOptions{};
    options.folder       = folder.path().string();
    options.largest_file = 4096;
    auto const run       = shell("head -c 100000 /dev/zero > big; echo $?", options);
    CHECK(run.signal == 0);
    CHECK(run.out != "0\n");
    CHECK(read_file(folder / "big").size() == 4096);
}

TEST_CASE("the environment and the folder are the child's alone")
{
    auto const folder   = TemporaryFolder{};
    auto       options  = RunOptions{};
    options.folder      = folder.path().string();
    options.environment = {{"SCRIBELINE_A_WORD", "a b"}};
    auto const run      = shell("pwd -P; echo \"$SCRIBELINE_A_WORD\"", options);
    CHECK(run.out == std::filesystem::canonical(folder.path()).string() + "\na b\n");
    CHECK(std::getenv("SCRIBELINE_A_WORD") == nullptr);
}

TEST_CASE("a program that does not exist is an error of the test")
{
    CHECK_THROWS_AS(run_program({"/nowhere/to/be/found"}), std::runtime_error);
}
