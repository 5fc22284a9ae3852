// Listens to the fabric and keeps events of the wavelet trace: those of a window, one in so many of them, and of these
// the first.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/probe.hpp"
#include "models/wafer/outcome.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace scribeline::models {

class WaveletRecorder final : public fabric::Probe {
  public:
    // run.trace_events, trace_every, trace_from and trace_to; the window of an operator is one of cycles by then.
    explicit WaveletRecorder(configs::RunParams const& run);

    void wavelet(std::uint64_t cycle, std::uint32_t pe, std::uint32_t to, std::uint8_t color,
                 fabric::WaveletEvent event) override;

    // By cycle, then PE, color and kind: no order of visiting shows.
    WaveletTrace take();

  private:
    struct Event {
        std::uint64_t cycle;
        std::uint32_t pe, to;
        std::uint8_t  color, kind;
        auto          key() const { return std::tuple{cycle, pe, color, kind, to}; }
    };
    void shrink();

    std::uint64_t const most_, every_, from_, to_;
    std::uint64_t       seen_ = 0, asked_for_ = 0;
    std::vector<Event>  events_;
};

// What the trace of a run of `cycles` leaves out, in a sentence with the ways to see it; empty: it has every event.
std::string what_is_left_out(WaveletTrace const& trace, std::uint64_t cycles);

} // namespace scribeline::models
