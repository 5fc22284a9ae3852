// What listens to the simulation. The fabric calls it and knows nothing of files.
#pragma once

#include <cstdint>

namespace scribeline::fabric {

enum class WaveletEvent : std::uint8_t { inject = 0, hop = 1, eject = 3 };

class Probe {
  public:
    virtual ~Probe() = default;
    // `pe` and `to` are row-major numbers within the region; for inject and eject they are the same.
    virtual void wavelet(std::uint64_t cycle, std::uint32_t pe, std::uint32_t to, std::uint8_t color,
                         WaveletEvent event) = 0;
};

} // namespace scribeline::fabric
