// Who waits for a run of every wavelet hears how far it is. A process has one SystemC kernel, so there is one who
// listens.
#pragma once

#include <cstdint>
#include <functional>

namespace scribeline::models {

// As long as it lives, `listener` hears of the cycle that is reached, and of how many the closed forms expect.
class KernelWatch {
  public:
    using Listener = std::function<void(std::uint64_t cycle, double expected)>;

    explicit KernelWatch(Listener listener);
    ~KernelWatch();
    KernelWatch(KernelWatch const&)            = delete;
    KernelWatch& operator=(KernelWatch const&) = delete;

    static Listener const* current(); // null: nobody listens

  private:
    Listener const listener_;
};

} // namespace scribeline::models
