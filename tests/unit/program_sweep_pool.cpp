// The pool of processes: how each ended, how many run at once, time limits and signals.
#include "models/program/sweep/pool.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>

#include <signal.h>
#include <unistd.h>

using namespace scribeline::program;

namespace {

struct Record {
    std::map<std::size_t, ProcessEnd> ends;
    std::size_t                       most_running = 0;
    Interruption                      interruption = Interruption::none;
};

// Shell scripts side by side; `at_tick` is called a few times a second.
Record run(
    std::vector<std::string> const& scripts, PoolOptions options, std::function<void()> const& at_tick = [] {})
{
    auto record         = Record{};
    auto next           = std::size_t{0};
    record.interruption = Pool{options}.run(
        [&](Job& job) {
            if (next == scripts.size())
                return false;
            job = {next, {"/bin/sh", "-c", scripts[next]}};
            ++next;
            return true;
        },
        [&](Job const& job, ProcessEnd const& end) { record.ends[job.key] = end; },
        [&](std::vector<Running> const& running) {
            record.most_running = std::max(record.most_running, running.size());
            at_tick();
        });
    return record;
}

} // namespace

TEST_CASE("a process's exit code, signal and last words are kept, and its output is not")
{
    auto const record = run(
        {"echo out; echo said >&2; exit 7", "kill -9 $$", "exec /nowhere/program", "yes | head -c 200000 >&2"}, {2, 0});
    REQUIRE(record.ends.size() == 4);
    CHECK(record.ends.at(0).exit_code == 7);
    CHECK(record.ends.at(0).error == "said");
    CHECK(record.ends.at(0).peak_rss > 0);
    CHECK(record.ends.at(1).exit_code == 128 + SIGKILL);
    CHECK(record.ends.at(2).exit_code == 127);
    CHECK(record.ends.at(3).error.size() <= 4096);
    CHECK(record.interruption == Interruption::none);
}

TEST_CASE("a process may run this very program: its end is told, and nothing of it is seen here")
{
    auto       touched = 0;
    auto const program = [&](std::vector<std::string> const& arguments) {
        ++touched;
        std::cout << "out\n";
        std::cerr << "said " << arguments.at(1) << '\n';
        if (arguments.at(1) == "crash")
            ::raise(SIGKILL);
        return 3;
    };
    auto const record = run({"well", "crash"}, {2, 0, program});
    REQUIRE(record.ends.size() == 2);
    CHECK(record.ends.at(0).exit_code == 3);
    CHECK(record.ends.at(0).error == "said well");
    CHECK(record.ends.at(1).exit_code == 128 + SIGKILL);
    CHECK(record.ends.at(1).error == "said crash");
    CHECK(touched == 0);
}

TEST_CASE("as many processes as asked for run side by side, and no more")
{
    auto const processes = GENERATE(1U, 3U);
    auto const record    = run(std::vector<std::string>(6, "sleep 0.3"), {processes, 0});
    CHECK(record.ends.size() == 6);
    CHECK(record.most_running == processes);
}

TEST_CASE("a process that takes too long is ended, even one that does not listen")
{
    auto const script = GENERATE(as<std::string>{}, "exec sleep 30", "trap '' TERM; while :; do sleep 0.1; done");
    auto const record = run({script}, {1, 0.3});
    CHECK(record.ends.at(0).timed_out);
    CHECK(record.ends.at(0).exit_code > 128);
}

TEST_CASE("the first Ctrl-C lets running processes finish and starts no other")
{
    auto       sent   = false;
    auto const signal = GENERATE(SIGINT, SIGTERM);
    auto const record = run(std::vector<std::string>(10, "sleep 0.8; exit 3"), {2, 0}, [&] {
        if (!std::exchange(sent, true))
            ::kill(::getpid(), signal);
    });
    CHECK(record.interruption == (signal == SIGINT ? Interruption::asked : Interruption::terminated));
    CHECK(record.ends.size() == 2);
    for (auto const& [key, end] : record.ends)
        CHECK(end.exit_code == 3);
}

TEST_CASE("the second Ctrl-C ends them")
{
    auto       ticks  = 0;
    auto const record = run(std::vector<std::string>(10, "exec sleep 30"), {2, 0}, [&] {
        if (++ticks <= 2)
            ::kill(::getpid(), SIGINT);
    });
    CHECK(record.interruption == Interruption::stopped);
    CHECK(record.ends.size() == 2);
}
