// scripts/install-deps beside other programs that install packages, with an apt-get of the test's own.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

using namespace scribeline::tests;
namespace fs = std::filesystem;

namespace {

// An apt-get that finds the lock taken for so many calls; `calls` in the folder has a line for each.
RunResult install(TemporaryFolder const& place, int locked, std::string const& longest_wait)
{
    fs::create_directories(place / "bin");
    auto const program = [&](std::string const& name, std::string const& script) {
        fs::permissions(place.write("bin/" + name, "#!/bin/sh\n" + script), fs::perms::owner_all);
    };
    program("dpkg-query", "exit 1\n");
    program("sudo", "exec \"$@\"\n");
    program("apt-get", "echo \"$@\" >> \"$CALLS\"\n"
                       "[ $(wc -l < \"$CALLS\") -gt " +
                           std::to_string(locked) +
                           " ] && exit 0\n"
                           "echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 17' >&2\n"
                           "exit 100\n");
    auto options        = RunOptions{};
    options.environment = {{"PATH", (place / "bin") + ":/usr/bin:/bin"},
                           {"CALLS", place / "calls"},
                           {"SCRIBELINE_LOCK_WAIT", longest_wait}};
    return run_program({SCRIBELINE_TESTS "/../scripts/install-deps"}, options);
}

} // namespace

TEST_CASE("installing packages waits while another program holds the package manager's lock")
{
    auto const place = TemporaryFolder{};
    auto const run   = install(place, 2, "60");
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.err.find("waiting for another program") != std::string::npos);
    auto const calls = read_file(place / "calls");
    CHECK(calls.find("DPkg::Lock::Timeout=60") != std::string::npos);
    CHECK(calls.find("install --yes") != std::string::npos);
}

TEST_CASE("installing packages gives up when the lock is never free, and says so")
{
    auto const place = TemporaryFolder{};
    auto const run   = install(place, 1000, "1");
    INFO(run);
    CHECK(run.exit_code == 69);
    CHECK(run.err.find("Could not get lock") != std::string::npos);
}
