#include "workloads/requests/exact_math.hpp"

#include <cmath>
#include <limits>

namespace scribeline::workloads {

namespace {

// ln 2 in two parts, of which the first has zeros for its last digits, so that a multiple of it is exact.
constexpr double ln2_high = 0x1.62e42fee00000p-1;
constexpr double ln2_low  = 0x1.a39ef35793c76p-33;

// In (0, 1]: its logarithm is a number.
double above_zero(configs::SplitMix64& random) { return 1 - random.uniform(); }

} // namespace

// x = m 2^e with m near 1, and ln m = 2 (s + s^3/3 + s^5/5 + ..) with s = (m - 1) / (m + 1), at most 0.172.
double natural_log(double x)
{
    int    e = 0;
    double m = std::frexp(x, &e); // exact
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        --e;
    }
    double const s = (m - 1) / (m + 1), square = s * s;
    double       sum = 0;
    for (int term = 23; term >= 3; term -= 2)
        sum = (sum + 1.0 / term) * square;
    return e * ln2_high + (2 * s + (2 * s * sum + e * ln2_low));
}

// x = k ln 2 + r, and Taylor's series of e^r with r at most 0.347.
double exponential_of(double x)
{
    if (x < -745)
        return 0;
    if (x > 709)
        return std::numeric_limits<double>::infinity();
    double const k   = std::floor(x / (ln2_high + ln2_low) + 0.5);
    double const r   = (x - k * ln2_high) - k * ln2_low;
    double       sum = 1;
    for (int term = 16; term >= 1; --term)
        sum = 1 + sum * r / term;
    return std::ldexp(sum, static_cast<int>(k));
}

double power_of(double base, double exponent) { return exponential_of(exponent * natural_log(base)); }

// Stirling's series, from where four of its terms are enough.
double log_gamma(double x)
{
    constexpr double half_log_two_pi = 0.91893853320467274178;
    double           below           = 1; // the factors that were stepped over
    for (; x < 16; x += 1)
        below *= x;
    double const inverse = 1 / x, square = inverse * inverse;
    double const series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680))));
    return (x - 0.5) * natural_log(x) - x + half_log_two_pi + series - natural_log(below);
}

double draw_exponential(configs::SplitMix64& random) { return -natural_log(above_zero(random)); }

double draw_normal(configs::SplitMix64& random)
{
    for (;;) {
        double const u = 2 * random.uniform() - 1, v = 2 * random.uniform() - 1, s = u * u + v * v;
        if (s > 0 && s < 1)
            return u * std::sqrt(-2 * natural_log(s) / s);
    }
}

double draw_gamma(double shape, configs::SplitMix64& random)
{
    if (shape < 1) // a gamma of one more, times the right power of a uniform number
        return draw_gamma(shape + 1, random) * power_of(above_zero(random), 1 / shape);
    double const d = shape - 1.0 / 3, c = 1 / (3 * std::sqrt(d));
    for (;;) {
        double const z = draw_normal(random), root = 1 + c * z;
        if (root <= 0)
            continue;
        double const v = root * root * root;
        if (natural_log(above_zero(random)) < 0.5 * z * z + d - d * v + d * natural_log(v))
            return d * v;
    }
}

} // namespace scribeline::workloads
