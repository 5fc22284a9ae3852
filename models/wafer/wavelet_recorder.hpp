// Listens to the fabric and keeps the events of the wavelet trace.
#pragma once

#include "fabric/probe.hpp"
#include "models/wafer/outcome.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace scribeline::models {

class WaveletRecorder final : public fabric::Probe {
  public:
    explicit WaveletRecorder(std::uint64_t most) : most_{most} {}

    void wavelet(std::uint64_t cycle, std::uint32_t pe, std::uint32_t to, std::uint8_t color,
                 fabric::WaveletEvent event) override;

    // The first events, by cycle, then PE, color and kind: no order of visiting shows.
    WaveletTrace take();

  private:
    struct Event {
        std::uint64_t cycle;
        std::uint32_t pe, to;
        std::uint8_t  color, kind;
        auto          key() const { return std::tuple{cycle, pe, color, kind, to}; }
    };
    void shrink();

    std::uint64_t      most_;
    std::uint64_t      seen_ = 0;
    std::vector<Event> events_;
};

} // namespace scribeline::models
