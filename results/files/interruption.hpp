// Ctrl-C, a batch system that asks the program to end, or a failed expectation: what is half done is removed, and the
// exit code says why.
#pragma once

#include <string>

#include <signal.h>

namespace scribeline::results {

// From here on SIGINT, SIGTERM and SIGHUP end the program with exit code 128 + signal (130 for Ctrl-C) and a line on
// stderr. One that the caller ignores, as nohup does with SIGHUP, stays ignored. A failed SCRIBELINE_EXPECT ends it
// with 70 and leaves nothing half done either.
void end_well_when_interrupted();

// While it lives, an interruption removes the file at `path`. At most eight at a time.
class RemovedWhenInterrupted {
  public:
    RemovedWhenInterrupted() = default; // guards nothing
    explicit RemovedWhenInterrupted(std::string const& path);
    RemovedWhenInterrupted(RemovedWhenInterrupted&& other) noexcept;
    RemovedWhenInterrupted& operator=(RemovedWhenInterrupted&& other) noexcept;
    ~RemovedWhenInterrupted();

  private:
    int slot_ = -1;
};

// While it lives, an interruption waits: for two steps that belong together.
class NotNow {
  public:
    NotNow();
    ~NotNow();
    NotNow(NotNow const&)            = delete;
    NotNow& operator=(NotNow const&) = delete;

  private:
    sigset_t before_; // what was blocked already stays so
};

} // namespace scribeline::results
