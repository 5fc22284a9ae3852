#include "models/wafer/wavelet_recorder.hpp"

#include <algorithm>

namespace scribeline::models {

void WaveletRecorder::wavelet(std::uint64_t cycle, std::uint32_t pe, std::uint32_t to, std::uint8_t color,
                              fabric::WaveletEvent event)
{
    ++seen_;
    events_.push_back({cycle, pe, to, color, static_cast<std::uint8_t>(event)});
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
    trace.recorded = true;
    trace.dropped  = seen_ - events_.size();
    for (auto const& e : events_) {
        trace.cycle.push_back(e.cycle);
        trace.pe.push_back(e.pe);
        trace.to_pe.push_back(e.to);
        trace.color.push_back(e.color);
        trace.kind.push_back(e.kind);
    }
    return trace;
}

} // namespace scribeline::models
