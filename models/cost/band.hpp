// Dollars between what one source says and what another does.
#pragma once

#include <limits>

namespace scribeline::models {

struct Band {
    double low = 0, high = 0;

    double middle() const { return (low + high) / 2; }
    bool   known() const { return low == low && high == high; }
    Band&  operator+=(Band other)
    {
        low += other.low;
        high += other.high;
        return *this;
    }
};
inline Band operator+(Band a, Band b) { return a += b; }
inline Band operator*(Band a, double factor) { return {a.low * factor, a.high * factor}; }
inline Band operator/(Band a, double divisor) { return {a.low / divisor, a.high / divisor}; }

inline Band unknown_band()
{
    auto const none = std::numeric_limits<double>::quiet_NaN();
    return {none, none};
}

} // namespace scribeline::models
