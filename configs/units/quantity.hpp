// A number carries its dimension: bytes divided by bytes per second are seconds, and nothing else compiles.
//
// Values are held in SI base units (second, byte, joule, flop). Text such as `48 KiB` or `0.85 GHz` is read and
// written by configs/units/text.hpp.
#pragma once

namespace scribeline::configs {

// The four exponents say which dimension it is.
template <int Time, int Byte, int Energy, int Flop> class Quantity {
  public:
    constexpr Quantity() = default;
    explicit constexpr Quantity(double base_units) : value_{base_units} {}

    // In SI base units: seconds, bytes, joules, floating-point operations.
    constexpr double value() const { return value_; }

    constexpr Quantity& operator+=(Quantity other)
    {
        value_ += other.value_;
        return *this;
    }
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity{a.value_ + b.value_}; }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity{a.value_ - b.value_}; }
    friend constexpr Quantity operator*(Quantity a, double factor) { return Quantity{a.value_ * factor}; }
    friend constexpr Quantity operator*(double factor, Quantity a) { return Quantity{a.value_ * factor}; }
    friend constexpr Quantity operator/(Quantity a, double divisor) { return Quantity{a.value_ / divisor}; }
    friend constexpr bool     operator<(Quantity a, Quantity b) { return a.value_ < b.value_; }
    friend constexpr bool     operator>(Quantity a, Quantity b) { return b < a; }
    friend constexpr bool     operator<=(Quantity a, Quantity b) { return !(b < a); }
    friend constexpr bool     operator>=(Quantity a, Quantity b) { return !(a < b); }
    friend constexpr bool     operator==(Quantity a, Quantity b) { return a.value_ == b.value_; }
    friend constexpr bool     operator!=(Quantity a, Quantity b) { return !(a == b); }

  private:
    double value_ = 0;
};

template <int T, int B, int E, int F, int T2, int B2, int E2, int F2>
constexpr Quantity<T + T2, B + B2, E + E2, F + F2> operator*(Quantity<T, B, E, F> a, Quantity<T2, B2, E2, F2> b)
{
    return Quantity<T + T2, B + B2, E + E2, F + F2>{a.value() * b.value()};
}
template <int T, int B, int E, int F, int T2, int B2, int E2, int F2>
constexpr Quantity<T - T2, B - B2, E - E2, F - F2> operator/(Quantity<T, B, E, F> a, Quantity<T2, B2, E2, F2> b)
{
    return Quantity<T - T2, B - B2, E - E2, F - F2>{a.value() / b.value()};
}

// A ratio of like quantities is a plain number.
template <int T, int B, int E, int F> constexpr double ratio(Quantity<T, B, E, F> a, Quantity<T, B, E, F> b)
{
    return a.value() / b.value();
}

using Seconds        = Quantity<1, 0, 0, 0>;
using Hertz          = Quantity<-1, 0, 0, 0>;
using Bytes          = Quantity<0, 1, 0, 0>;
using BytesPerSecond = Quantity<-1, 1, 0, 0>;
using Joules         = Quantity<0, 0, 1, 0>;
using Watts          = Quantity<-1, 0, 1, 0>;
using JoulesPerByte  = Quantity<0, -1, 1, 0>;
using Flops          = Quantity<0, 0, 0, 1>;
using FlopsPerSecond = Quantity<-1, 0, 0, 1>;

} // namespace scribeline::configs
