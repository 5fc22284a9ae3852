#include "models/wafer/wavelet_recorder.hpp"

#include "configs/units/whole.hpp"
#include "fabric/state_hash.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

WaveletRecorder::WaveletRecorder(configs::RunParams const& run)
    : most_{run.trace_events}, every_{run.trace_every}, from_{run.trace_from},
      to_{run.trace_to != 0 ? run.trace_to : std::numeric_limits<std::uint64_t>::max()}
{
}

// Which one in so many is drawn from the event itself: whatever the order in which events come, the same are kept.
void WaveletRecorder::wavelet(std::uint64_t cycle, std::uint32_t pe, std::uint32_t to, std::uint8_t color,
                              fabric::WaveletEvent event)
{
    ++seen_;
    if (cycle < from_ || cycle >= to_)
        return;
    auto const kind = static_cast<std::uint8_t>(event);
    if (every_ > 1 && fabric::mix(cycle, pe, std::uint64_t{to} << 16 | color << 8 | kind) % every_ != 0)
        return;
    ++asked_for_;
    events_.push_back({cycle, pe, to, color, kind});
    if (events_.size() >= 2 * most_ + 65536)
        shrink();
}

// Reticles run a quantum apart, so events come nearly but not quite in the order of their cycles.
void WaveletRecorder::shrink()
{
    std::sort(events_.begin(), events_.end(), [](auto const& a, auto const& b) { return a.key() < b.key(); });
    if (events_.size() > most_)
        events_.resize(most_);
}

WaveletTrace WaveletRecorder::take()
{
    shrink();
    WaveletTrace trace;
    trace.recorded    = true;
    trace.every       = every_;
    trace.from        = from_;
    trace.to          = to_ == std::numeric_limits<std::uint64_t>::max() ? 0 : to_;
    trace.dropped     = asked_for_ - events_.size();
    trace.passed_over = seen_ - asked_for_;
    for (auto const& e : events_) {
        trace.cycle.push_back(e.cycle);
        trace.pe.push_back(e.pe);
        trace.to_pe.push_back(e.to);
        trace.color.push_back(e.color);
        trace.kind.push_back(e.kind);
    }
    return trace;
}

std::string what_is_left_out(WaveletTrace const& trace, std::uint64_t cycles)
{
    auto const kept = trace.cycle.size();
    auto const seen = kept + trace.dropped + trace.passed_over;
    if (trace.dropped != 0) {
        auto const last  = kept == 0 ? 0 : trace.cycle.back();
        auto const every = trace.every * configs::ceil_divide(kept + trace.dropped, std::max<std::uint64_t>(1, kept));
        return fmt::format("the trace keeps {} of {} moves of wavelets and ends at cycle {} of {}: run.trace_events is "
                           "reached, and {} moves behind it are dropped. run.trace_every = {} spreads as many over the "
                           "whole; run.trace_from and run.trace_to, or run.trace_operator, choose a window; more "
                           "run.trace_events keep more",
                           kept, seen, last, cycles, trace.dropped, every);
    }
    if (trace.passed_over != 0)
        return fmt::format("the trace has {} of {} moves of wavelets, as asked for: {}{}", kept, seen,
                           trace.every > 1 ? fmt::format("one in {}", trace.every) : "all",
                           trace.from != 0 || trace.to != 0
                               ? fmt::format(", of cycles {} to {}", trace.from, trace.to != 0 ? trace.to : cycles)
                               : "");
    return {};
}

} // namespace scribeline::models
