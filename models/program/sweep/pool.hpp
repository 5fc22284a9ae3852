// Processes side by side, a bounded number at a time, with time limits and interruptions.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace scribeline::program {

// How one process ended.
struct ProcessEnd {
    int         exit_code    = 0; // 128 + signal when a signal ended it
    bool        timed_out    = false;
    double      wall_seconds = 0;
    double      peak_rss     = 0; // bytes
    std::string error;            // the end of what it said on stderr
};

struct Job {
    std::size_t              key = 0;
    std::vector<std::string> command; // [0] is the program's path
};

enum class Interruption {
    none,
    asked,      // Ctrl-C: no process was started after it, those that ran were awaited
    terminated, // the same for SIGTERM and SIGHUP, as batch systems send them
    stopped,    // a second Ctrl-C: those that ran were ended
};

// What a program does with its arguments, to its exit code.
using Program = std::function<int(std::vector<std::string> const&)>;

struct PoolOptions {
    unsigned processes = 1;
    double   timeout   = 0; // seconds of one process; 0: none

    // What a process does in place of starting command[0], with the rest of the command: this very program, which is
    // in memory already. To load it anew with its libraries takes longer than a small run.
    Program program = {};
};

// What is running, for a progress line.
struct Running {
    std::size_t key     = 0;
    double      seconds = 0;
};

// Cores that this process may use.
unsigned processors();

class Pool {
  public:
    // The next job, or false when there is none.
    using Next = std::function<bool(Job&)>;
    // Called in the order in which processes end.
    using Ended = std::function<void(Job const&, ProcessEnd const&)>;
    // Called a few times a second and after each end.
    using Tick = std::function<void(std::vector<Running> const&)>;

    explicit Pool(PoolOptions options) : options_{options} {}

    // Runs until there is no job and no process left, or until interrupted. The processes have nothing on standard
    // input and output; they are ended when this process is (on Linux), so that none is left behind. For use while
    // the process has one thread.
    Interruption run(Next const& next, Ended const& ended, Tick const& tick);

  private:
    PoolOptions options_;
};

} // namespace scribeline::program
