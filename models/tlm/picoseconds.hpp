// Simulated time as SystemC counts it. Integers: sums do not depend on their order.
#pragma once

#include "configs/units/quantity.hpp"

#include <cmath>
#include <cstdint>

namespace scribeline::models {

using Picoseconds = std::uint64_t;

inline Picoseconds in_picoseconds(configs::Seconds s)
{
    return static_cast<Picoseconds>(std::llround(s.value() * 1e12));
}
inline configs::Seconds in_seconds(Picoseconds ps) { return configs::Seconds{static_cast<double>(ps) * 1e-12}; }

} // namespace scribeline::models
