#include "models/tlm/reservation.hpp"

#include <algorithm>

namespace scribeline::models {

Picoseconds Reservation::reserve(Picoseconds arrival, Picoseconds length)
{
    occupied_ += length;
    // The first interval that ends after the arrival; those before cannot matter.
    auto at    = std::partition_point(busy_.begin(), busy_.end(), [&](Interval const& i) { return i.end <= arrival; });
    auto start = arrival;
    while (at != busy_.end() && at->begin < start + length) {
        start = std::max(start, at->end);
        ++at;
    }
    if (length == 0)
        return start;
    at = busy_.insert(at, {start, start + length});
    // Neighbours that touch become one, so that a busy resource keeps few intervals.
    if (at + 1 != busy_.end() && (at + 1)->begin == at->end) {
        at->end = (at + 1)->end;
        at      = busy_.erase(at + 1) - 1;
    }
    if (at != busy_.begin() && (at - 1)->end == at->begin) {
        (at - 1)->end = at->end;
        busy_.erase(at);
    }
    return start;
}

Reservation::Taken Reservation::fill(Picoseconds arrival, Picoseconds length)
{
    occupied_ += length;
    auto at    = std::partition_point(busy_.begin(), busy_.end(), [&](Interval const& i) { return i.end < arrival; });
    auto begin = arrival;
    if (at != busy_.end() && at->begin <= arrival)
        begin = at->end;
    if (length == 0)
        return {begin, begin};
    // What it passes grows together with it.
    auto const first = at;
    auto       whole = Interval{at != busy_.end() && at->begin <= arrival ? at->begin : arrival, begin};
    auto       left  = length;
    if (at != busy_.end() && at->begin <= arrival)
        ++at;
    while (at != busy_.end() && at->begin - whole.end <= left) {
        left -= at->begin - whole.end;
        whole.end = at->end;
        ++at;
        if (left == 0)
            break;
    }
    auto const end = left == 0 ? (at - 1)->begin : whole.end + left;
    whole.end += left;
    if (first == at) {
        busy_.insert(at, whole);
    } else {
        *first = whole;
        busy_.erase(first + 1, at);
    }
    return {begin, end};
}

void Reservation::forget(Picoseconds now)
{
    while (!busy_.empty() && busy_.front().end <= now)
        busy_.pop_front();
}

} // namespace scribeline::models
