// Simulated time of a serving system. Integers: a thousand steps that follow a law add up to the same whether they are
// added one by one or at once. A closed loop of few agents runs for weeks.
#pragma once

#include "configs/units/quantity.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

namespace scribeline::models {

using Ticks = std::int64_t;

constexpr Ticks ticks_per_picosecond = 1; // 106 days fit
constexpr Ticks never                = std::numeric_limits<Ticks>::max();

inline Ticks ticks_of(configs::Seconds s)
{
    return static_cast<Ticks>(std::llround(s.value() * 1e12 * ticks_per_picosecond));
}
inline Ticks            ticks_of_picoseconds(std::uint64_t ps) { return static_cast<Ticks>(ps) * ticks_per_picosecond; }
inline configs::Seconds seconds_of(Ticks t)
{
    return configs::Seconds{static_cast<double>(t) / (1e12 * ticks_per_picosecond)};
}

} // namespace scribeline::models
