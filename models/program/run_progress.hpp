// How far a run of every wavelet is: one line on a terminal, rewritten in place; otherwise a line a minute.
#pragma once

#include "models/wafer/run_estimate.hpp"

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

namespace scribeline::program {

class RunProgress {
  public:
    enum class Style { silent, terminal, lines };

    RunProgress(std::ostream& stream, Style style) : stream_{stream}, style_{style} {}
    ~RunProgress(); // leaves the line of a terminal
    RunProgress(RunProgress const&)            = delete;
    RunProgress& operator=(RunProgress const&) = delete;

    void reached(std::uint64_t cycle, double expected); // shows it when it is time

  private:
    std::ostream&                         stream_;
    Style const                           style_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double                                shown_ = 0;
    bool                                  open_  = false; // a line on the terminal has no end yet
};

// What --dry-run says of the time and the memory that the run will take; `by_wavelet`: it simulates every wavelet.
std::string dry_run_note(bool by_wavelet, models::RunEstimate const& estimate);

// "cycle 4,700 of about 18,900 (25 %), 30 s left"
std::string progress_line(std::uint64_t cycle, double expected, double elapsed);

} // namespace scribeline::program
