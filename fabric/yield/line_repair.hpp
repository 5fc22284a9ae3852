// Repair along one axis: which places that work stand for the numbers 0 .. usable - 1. The middle stays at home as far
// as the spares allow, so what moves, moves away from the middle.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace scribeline::fabric {

class LineRepair {
  public:
    // `skipped`: places that do not work, rising; at most as many as there are spares.
    LineRepair(std::uint32_t physical, std::uint32_t usable, std::vector<std::uint32_t> const& skipped)
        : home_{home(physical, usable)}
    {
        auto const middle = std::int64_t{usable / 2};
        auto const before = std::lower_bound(skipped.begin(), skipped.end(), home_ + middle) - skipped.begin();
        auto const works  = std::int64_t{physical} - static_cast<std::int64_t>(skipped.size());
        first_            = std::clamp<std::int64_t>(home_ - before, 0, works - usable);
        for (std::size_t i = 0; i < skipped.size(); ++i)
            steps_.push_back(std::int64_t{skipped[i]} - static_cast<std::int64_t>(i) - first_);
    }

    // The first place that is no spare.
    static std::int64_t home(std::uint32_t physical, std::uint32_t usable) { return (physical - usable) / 2; }

    // How far from home number 0 would be if nothing were skipped before it; each step that is not beyond a number
    // moves it one further.
    std::int64_t                     shift() const { return first_ - home_; }
    std::vector<std::int64_t> const& steps() const { return steps_; } // numbers before which a place is skipped, rising

    std::uint32_t place(std::uint32_t number) const
    {
        auto const skipped = std::upper_bound(steps_.begin(), steps_.end(), std::int64_t{number}) - steps_.begin();
        return static_cast<std::uint32_t>(first_ + number + skipped);
    }

  private:
    std::int64_t              home_;
    std::int64_t              first_ = 0; // place of number 0 among those that work
    std::vector<std::int64_t> steps_;
};

} // namespace scribeline::fabric
