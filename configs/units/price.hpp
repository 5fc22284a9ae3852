// A price as it was found somewhere: a band, since few agree, for so much of something, in a month.
//
//     1.3 .. 1.69 USD/h 2026-04        what nobody publishes is `none`: a price that is not known, never one of nothing
//
// A price without its unit says nothing of what it buys, one without a date nothing at all: both are refused.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace scribeline::configs {

// What a price is for so much of.
enum class Per : std::uint8_t { piece, hour, gigabyte, kilowatt_hour, kilowatt };

template <Per Unit> struct Price {
    double        low = std::numeric_limits<double>::quiet_NaN(), high = low; // US dollars
    std::uint32_t date = 0;                                                   // year * 100 + month; month 0: the year

    bool   known() const { return low == low; }
    double middle() const { return (low + high) / 2; }
};
template <Per U> bool operator==(Price<U> const& a, Price<U> const& b)
{
    return (!a.known() && !b.known()) || (a.low == b.low && a.high == b.high && a.date == b.date);
}
// Of ranges: some part of the one band lies below the other.
template <Per U> bool operator<(Price<U> const& a, Price<U> const& b) { return a.low < b.low || a.high < b.high; }

using PieceDollars        = Price<Per::piece>;
using HourDollars         = Price<Per::hour>;
using GigabyteDollars     = Price<Per::gigabyte>;
using KilowattHourDollars = Price<Per::kilowatt_hour>;
using KilowattDollars     = Price<Per::kilowatt>;

// "USD/h": as it is written behind the figures.
char const* unit_of(Per);

template <Per Unit> std::string print(Price<Unit> const& price);
template <Per Unit> double      number_of(Price<Unit> const& price) { return price.middle(); } // NaN: not known

extern template std::string print(PieceDollars const&);
extern template std::string print(HourDollars const&);
extern template std::string print(GigabyteDollars const&);
extern template std::string print(KilowattHourDollars const&);
extern template std::string print(KilowattDollars const&);

} // namespace scribeline::configs
