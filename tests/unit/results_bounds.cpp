// What reading a file may cost: a busy machine, which lets a process wait, must not make a good file a damaged one.
#include "results/files/bounds.hpp"

#include <catch2/catch.hpp>

#include <functional>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace scribeline::results;

namespace {

// How a process ended that did this: its exit code, or minus the signal.
int end_of(std::function<void()> const& act)
{
    auto const child = ::fork();
    if (child == 0) {
        for (auto const signal : {SIGALRM, SIGPROF})
            ::signal(signal, SIG_DFL);
        act();
        ::_exit(7);
    }
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

} // namespace

TEST_CASE("a bound in time ends who works as long, and who waits many times as long, but not who waits")
{
    CHECK(end_of([] {
              bound_time(0.05);
              for (auto volatile turns = 0UL;; turns = turns + 1) {
              }
          }) == -SIGPROF);
    CHECK(end_of([] {
              bound_time(0.2);
              ::usleep(600'000);
          }) == 7);
    CHECK(end_of([] {
              bound_time(0.02);
              ::pause();
          }) == -SIGALRM);
}

TEST_CASE("what a process has worked is told while it lives")
{
    auto const before = processor_seconds(::getpid());
    for (auto volatile turns = 0UL; processor_seconds(::getpid()) < before + 0.02; turns = turns + 1) {
    }
    CHECK(processor_seconds(::getpid()) > before);
    auto const child = ::fork();
    if (child == 0)
        ::_exit(0);
    REQUIRE(::waitpid(child, nullptr, 0) == child);
    CHECK(processor_seconds(child) == 0);
}
