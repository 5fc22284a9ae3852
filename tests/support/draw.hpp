// Random numbers for tests: the same from a seed on every platform.
#pragma once

#include <cstdint>
#include <random>

namespace scribeline::tests {

class Draw {
  public:
    explicit Draw(std::uint64_t seed) : engine_{seed} {}
    std::uint32_t between(std::uint32_t low, std::uint32_t high)
    {
        return low + static_cast<std::uint32_t>(engine_() % (high - low + 1));
    }
    bool one_in(std::uint32_t n) { return between(1, n) == 1; }

    template <class List> auto const& of(List const& list)
    {
        return list[between(0, static_cast<std::uint32_t>(list.size()) - 1)];
    }

  private:
    std::mt19937_64 engine_;
};

} // namespace scribeline::tests
