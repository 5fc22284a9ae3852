// Who may use a resource when: contention by reservation. A transfer takes the first gap, from its time of arrival on,
// that is long enough. Initiators that run ahead of one another within a quantum ask out of order, and a transfer that
// arrives earlier still finds the gap it would have had.
#pragma once

#include "models/tlm/bulk_server.hpp"

#include <deque>

namespace scribeline::models {

class Reservation {
  public:
    // The start. Occupies [start, start + length).
    Picoseconds reserve(Picoseconds arrival, Picoseconds length);
    // Of transfers that are made of many bursts: uses every gap from `arrival` on, so that it may be interrupted.
    struct Taken {
        Picoseconds begin, end;
    };
    Taken fill(Picoseconds arrival, Picoseconds length);
    // Nobody will ask for a time before `now` any more.
    void forget(Picoseconds now);

    Picoseconds free_from() const { return busy_.empty() ? 0 : busy_.back().end; } // nothing is reserved after that
    Picoseconds occupied() const { return occupied_; }                             // in total
    std::size_t intervals() const { return busy_.size(); }

  private:
    struct Interval {
        Picoseconds begin, end;
    };
    std::deque<Interval> busy_; // sorted, apart from one another
    Picoseconds          occupied_ = 0;
};

} // namespace scribeline::models
