// The event trace, when a run recorded one.
#include "results/files/sections/sections.hpp"

namespace scribeline::results::sections {

void write_wavelets(hdf5::Group& root, models::Outcome const& outcome)
{
    auto const& trace = outcome.trace;
    if (!trace.recorded) {
        return;
    }
    auto       group   = root.group("wavelets");
    auto const event   = group.dimension("event", trace.cycle.size());
    auto const storage = column_storage(trace.cycle.size());
    {
        std::vector<std::uint64_t> time;
        time.reserve(trace.cycle.size());
        for (auto const cycle : trace.cycle) {
            time.push_back(picoseconds(outcome, cycle));
        }
        group.array("time", time, {&event}, {"ps", "time of the event, from the start of the run"}, storage);
    }
    group.array("cycle", trace.cycle, {&event}, {"cycle", "fabric cycle of the event"}, storage);
    group.array("src", trace.pe, {&event}, {"1", "where: row-major number of the PE in the region"}, storage);
    group.array("dst", trace.to_pe, {&event}, {"1", "where to: the same PE for inject and eject"}, storage);
    group.array("color", trace.color, {&event}, {"1", "color of the wavelet"}, storage);
    group.array("kind", trace.kind, {&event}, {"1", "what happened"}, storage)
        .attribute(hdf5::flags({"inject", "hop", "block", "eject", "drop"}));
    group.scalar("dropped", trace.dropped, {"1", "events beyond run.trace_events, not in the file"});
    group.scalar("passed_over", trace.passed_over, {"1", "events outside the window or between samples"});
    group.scalar("every", trace.every, {"1", "one event in so many was asked for"});
    group.scalar("window_from", trace.from, {"cycle", "first cycle of the window"});
    group.scalar("window_to", trace.to, {"cycle", "first cycle behind the window; 0: the end of the run"});
}

} // namespace scribeline::results::sections
