// Where threads wait for one another, each with a local time of its own.
#pragma once

#include "models/tlm/bulk_initiator.hpp"

#include <deque>

namespace scribeline::models {

// All of `size` threads come; all leave at the time of the latest.
class Meeting {
  public:
    explicit Meeting(std::uint32_t size) : size_{size} {}
    void wait(LocalTime& time);

  private:
    std::uint32_t     size_, here_ = 0;
    Picoseconds       latest_ = 0, leave_ = 0;
    sc_core::sc_event all_here_;
};

// Messages without content: each is there at a time, and is taken once.
class Mailbox {
  public:
    void post(Picoseconds there);
    void take(LocalTime& time); // waits for the next one

  private:
    std::deque<Picoseconds> there_;
    sc_core::sc_event       posted_;
};

} // namespace scribeline::models
