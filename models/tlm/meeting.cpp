#include "models/tlm/meeting.hpp"

#include <algorithm>

namespace scribeline::models {

void Meeting::wait(LocalTime& time)
{
    latest_ = std::max(latest_, time.now());
    if (++here_ == size_) {
        here_   = 0;
        leave_  = latest_;
        latest_ = 0;
        all_here_.notify(sc_core::SC_ZERO_TIME);
        time.wait_until(leave_);
        return;
    }
    time.wait(all_here_);
    time.wait_until(leave_);
}

void Mailbox::post(Picoseconds there)
{
    there_.push_back(there);
    posted_.notify(sc_core::SC_ZERO_TIME);
}

void Mailbox::take(LocalTime& time)
{
    while (there_.empty())
        time.wait(posted_);
    auto const there = there_.front();
    there_.pop_front();
    time.wait_until(there);
}

} // namespace scribeline::models
