// Starts a program as a person would and keeps what it said: standard output and standard error apart, neither of
// them a terminal, and how it ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::tests {

struct RunOptions {
    std::string                                      folder;           // working directory; empty: this process's
    std::vector<std::pair<std::string, std::string>> environment;      // set on top of this process's
    std::chrono::milliseconds                        timeout{300'000}; // then it is killed
    std::optional<std::chrono::milliseconds>         kill_after;       // SIGKILL at that moment, as part of the test
    std::optional<std::uint64_t> largest_file; // bytes; a write beyond fails as on a full disk (EFBIG, no signal)
};

struct RunResult {
    int         exit_code = -1; // -1 when a signal ended it
    int         signal    = 0;  // that ended it; 0: none
    bool        timed_out = false;
    std::string out;
    std::string err;
    double      seconds = 0;

    bool says(std::string const& text) const; // in either stream
};

// So that a failed CHECK can show the whole with INFO or CAPTURE.
std::ostream& operator<<(std::ostream&, RunResult const&);

// `command[0]` is looked up in PATH unless it has a slash. Throws std::runtime_error when it cannot be started.
RunResult run_program(std::vector<std::string> const& command, RunOptions const& options = {});

// The simulator that was built with these tests.
RunResult run_scribeline(std::vector<std::string> arguments, RunOptions const& options = {});

} // namespace scribeline::tests
