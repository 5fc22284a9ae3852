// Cycles belong to one clock. Only a Clock of the same domain turns them into seconds.
//
// Rates that are not whole cycles (a WSE-3 link moves a wavelet every 9/8 cycles) are counted in eighths of a cycle,
// as integers, so that a long run cannot collect rounding.
#pragma once

#include "configs/units/quantity.hpp"

#include <cmath>
#include <cstdint>

namespace scribeline::configs {

template <class Domain> class Cycles {
  public:
    constexpr Cycles() = default;
    explicit constexpr Cycles(std::uint64_t count) : count_{count} {}

    constexpr std::uint64_t count() const { return count_; }

    constexpr Cycles& operator+=(Cycles other)
    {
        count_ += other.count_;
        return *this;
    }
    constexpr Cycles& operator++()
    {
        ++count_;
        return *this;
    }
    friend constexpr Cycles operator+(Cycles a, Cycles b) { return Cycles{a.count_ + b.count_}; }
    friend constexpr Cycles operator-(Cycles a, Cycles b) { return Cycles{a.count_ - b.count_}; }
    friend constexpr Cycles operator*(Cycles a, std::uint64_t n) { return Cycles{a.count_ * n}; }
    friend constexpr Cycles operator*(std::uint64_t n, Cycles a) { return a * n; }
    friend constexpr bool   operator<(Cycles a, Cycles b) { return a.count_ < b.count_; }
    friend constexpr bool   operator>(Cycles a, Cycles b) { return b < a; }
    friend constexpr bool   operator<=(Cycles a, Cycles b) { return !(b < a); }
    friend constexpr bool   operator>=(Cycles a, Cycles b) { return !(a < b); }
    friend constexpr bool   operator==(Cycles a, Cycles b) { return a.count_ == b.count_; }
    friend constexpr bool   operator!=(Cycles a, Cycles b) { return !(a == b); }

  private:
    std::uint64_t count_ = 0;
};

// Eighths of a cycle.
template <class Domain> class Eighths {
  public:
    constexpr Eighths() = default;
    explicit constexpr Eighths(std::uint64_t count) : count_{count} {}

    constexpr std::uint64_t count() const { return count_; }

    friend constexpr Eighths operator*(Eighths a, std::uint64_t n) { return Eighths{a.count_ * n}; }
    friend constexpr bool    operator<(Eighths a, Eighths b) { return a.count_ < b.count_; }
    friend constexpr bool    operator==(Eighths a, Eighths b) { return a.count_ == b.count_; }
    friend constexpr bool    operator!=(Eighths a, Eighths b) { return !(a == b); }

  private:
    std::uint64_t count_ = 0;
};

// Whole cycles that cover so many eighths.
template <class Domain> constexpr Cycles<Domain> ceil(Eighths<Domain> e) { return Cycles<Domain>{(e.count() + 7) / 8}; }

template <class Domain> class Clock {
  public:
    explicit constexpr Clock(Hertz frequency) : frequency_{frequency} {}

    constexpr Hertz   frequency() const { return frequency_; }
    constexpr Seconds duration(Cycles<Domain> c) const
    {
        return Seconds{static_cast<double>(c.count()) / frequency_.value()};
    }
    // Picoseconds since cycle 0, rounded once, from the count: rounding cannot accumulate.
    std::uint64_t picoseconds(Cycles<Domain> c) const
    {
        return static_cast<std::uint64_t>(std::llround(static_cast<double>(c.count()) * 1e12 / frequency_.value()));
    }

  private:
    Hertz frequency_;
};

struct FabricDomain {};
using FabricCycles  = Cycles<FabricDomain>;
using FabricEighths = Eighths<FabricDomain>;
using FabricClock   = Clock<FabricDomain>;

} // namespace scribeline::configs
