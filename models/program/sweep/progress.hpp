// How far a sweep is: one line on a terminal, rewritten in place; otherwise a line a minute.
#pragma once

#include "models/program/sweep/pool.hpp"

#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace scribeline::program {

struct ProgressState {
    std::size_t          total = 0, done = 0, failed = 0; // points; failed counts timed-out ones, done infeasible ones
    std::vector<Running> running;
};

class Progress {
  public:
    enum class Style { silent, terminal, lines };

    // `done_before`: points that were there when it started, which tell nothing about speed.
    Progress(std::ostream& stream, Style style, std::size_t done_before, unsigned processes);

    void point_took(double seconds);
    void show(ProgressState const& state); // when it is time
    void finish();                         // leaves the line of a terminal

    // "120/200 points, 3 failed, 12.3 points/s, 7 s left; point 45 runs for 12 s"
    std::string line(ProgressState const& state, double elapsed) const;

  private:
    double typical() const; // seconds of a point: the median of the last hundred

    std::ostream&                         stream_;
    Style                                 style_;
    std::size_t                           done_before_;
    unsigned                              processes_;
    std::vector<double>                   recent_; // a ring
    std::size_t                           taken_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double                                shown_ = 0;
    bool                                  open_  = false; // a line on the terminal has no end yet
};

// "12 s", "4 min", "3.2 h"
std::string short_duration(double seconds);

} // namespace scribeline::program
