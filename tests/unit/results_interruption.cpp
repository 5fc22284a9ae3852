// A signal in the middle of a run: what is half done goes, what was there stays, the exit code says which signal.
#include "configs/failure.hpp"
#include "results/files/interruption.hpp"
#include "results/files/run_file.hpp"
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace scribeline;
using namespace scribeline::results;

namespace {

// The exit code of a child that does this with the handlers in place, and then ends with 7; -1 when a signal ended it.
int exit_code_of(std::function<void()> const& action)
{
    auto const child = ::fork();
    if (child == 0) {
        ::close(STDERR_FILENO);
        ::open("/dev/null", O_WRONLY);
        end_well_when_interrupted();
        action();
        ::_exit(7);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("a signal removes the file that is being written and ends with its code")
{
    auto const [signal, code] =
        GENERATE(table<int, int>({{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}, {SIGABRT, 70}}));
    CAPTURE(signal);
    auto const folder = tests::TemporaryFolder{};
    folder.write("run.h5", "earlier");
    CHECK(exit_code_of([&, number = signal] {
              auto const file = RunFile::prepare(folder / "run.h5");
              auto const also = RunFile::prepare(folder / "trace.h5");
              if (folder.names() == Names{"run.h5", "run.h5.part", "trace.h5.part"})
                  ::raise(number);
          }) == code);
    CHECK(folder.names() == Names{"run.h5"});
    CHECK(tests::read_file(folder / "run.h5") == "earlier");
}

TEST_CASE("a failed expectation ends the program with the code of an internal error")
{
    CHECK(exit_code_of([] { SCRIBELINE_EXPECT(1 + 1 == 3); }) == 70);
}

TEST_CASE("a signal after the result stands leaves it there")
{
    auto const folder = tests::TemporaryFolder{};
    CHECK(exit_code_of([&] {
              auto file = RunFile::prepare(folder / "run.h5");
              file.write(tests::sample_config(), tests::sample_outcome());
              ::raise(SIGINT);
          }) == 130);
    CHECK(folder.names() == Names{"run.h5"});
    CHECK(read_summary(folder / "run.h5").status == "complete");
}

TEST_CASE("a file guarded no longer is not removed, wherever the guard went before")
{
    auto const folder = tests::TemporaryFolder{};
    auto const first  = folder.write("first", "");
    auto const second = folder.write("second", "");
    CHECK(exit_code_of([&] {
              auto guard = RemovedWhenInterrupted{first};
              auto moved = std::move(guard);
              moved      = RemovedWhenInterrupted{second};
              ::raise(SIGINT);
          }) == 130);
    CHECK(folder.names() == Names{"first"});
}

TEST_CASE("a signal waits while two steps belong together")
{
    auto const folder = tests::TemporaryFolder{};
    CHECK(exit_code_of([&] {
              auto const not_now = NotNow{};
              {
                  auto const inner = NotNow{};
                  ::raise(SIGINT);
              }
              folder.write("second_step", "");
          }) == 130);
    CHECK(folder.names() == Names{"second_step"});
}

TEST_CASE("a signal that was ignored stays ignored")
{
    CHECK(exit_code_of([] {
              ::signal(SIGHUP, SIG_IGN);
              end_well_when_interrupted(); // as a program that nohup started
              ::raise(SIGHUP);
          }) == 7);
}
