#include "configs/units/price.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

constexpr std::uint32_t first_year = 2000, last_year = 2100; // of prices that mean anything here

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> take_number(std::string_view& rest)
{
    rest                    = trimmed(rest);
    auto value              = 0.0;
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc{} || !std::isfinite(value))
        return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return value;
}

std::string_view take_word(std::string_view& rest)
{
    rest            = trimmed(rest);
    auto const end  = std::min(rest.find_first_of(" \t,@"), rest.size());
    auto const word = rest.substr(0, end);
    rest.remove_prefix(end);
    return word;
}

std::optional<std::uint32_t> date_of(std::string_view text)
{
    auto const number = [](std::string_view digits) -> std::optional<std::uint32_t> {
        auto value              = std::uint32_t{0};
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size())
            return std::nullopt;
        return value;
    };
    if (text.size() != 4 && !(text.size() == 7 && text[4] == '-'))
        return std::nullopt;
    auto const year  = number(text.substr(0, 4));
    auto const month = text.size() == 7 ? number(text.substr(5)) : std::optional<std::uint32_t>{0};
    if (!year || !month || *year < first_year || *year > last_year || *month > 12 || (text.size() == 7 && *month == 0))
        return std::nullopt;
    return *year * 100 + *month;
}

template <Per Unit> Price<Unit> read(std::string_view text)
{
    using P           = Price<Unit>;
    auto const kind   = kind_of<P>();
    auto const whole  = trimmed(text);
    auto const refuse = [&](std::string const& why) -> P {
        throw TextError{
            fmt::format("{}: {}, such as '{}', or none where no price is known", shown(whole), why, kind.example)};
    };
    if (whole == "none")
        return {};
    auto       rest = whole;
    auto const low  = take_number(rest);
    if (!low)
        return refuse(fmt::format("expected {}", kind.what));
    auto high = low;
    rest      = trimmed(rest);
    if (rest.substr(0, 2) == "..") {
        rest.remove_prefix(2);
        high = take_number(rest);
        if (!high)
            return refuse("expected a second figure behind '..'");
    }
    if (*low < 0 || *high < *low)
        return refuse("expected a band that rises from at least 0");
    auto const unit = take_word(rest);
    if (unit.empty())
        return refuse(fmt::format("a price without a unit: say what it buys, {}", unit_of(Unit)));
    if (unit != unit_of(Unit))
        return refuse(fmt::format("{} is no unit of this price, which is in {}", shown(unit), unit_of(Unit)));
    rest            = trimmed(rest.substr(std::min(rest.find_first_not_of(" \t,@"), rest.size())));
    auto const date = date_of(rest);
    if (rest.empty())
        return refuse("a price without a date: say when it held, as a year or a month");
    if (!date)
        return refuse(fmt::format("{} is no date: expected a year or a month, 2026 or 2026-04", shown(rest)));
    return {*low, *high, *date};
}

} // namespace

char const* unit_of(Per per)
{
    constexpr char const* names[] = {"USD", "USD/h", "USD/GB", "USD/kWh", "USD/kW"};
    return names[static_cast<std::size_t>(per)];
}

template <Per Unit> std::string print(Price<Unit> const& price)
{
    if (!price.known())
        return "none";
    auto const figures =
        price.low == price.high ? fmt::format("{}", price.low) : fmt::format("{} .. {}", price.low, price.high);
    auto const month = price.date % 100;
    return fmt::format("{} {} {}{}", figures, unit_of(Unit), price.date / 100,
                       month == 0 ? "" : fmt::format("-{:02}", month));
}

template std::string print(PieceDollars const&);
template std::string print(HourDollars const&);
template std::string print(GigabyteDollars const&);
template std::string print(KilowattHourDollars const&);
template std::string print(KilowattDollars const&);

template <> Kind kind_of<PieceDollars>() { return {"a price of a piece", "1000000 USD 2026", "USD"}; }
template <> Kind kind_of<HourDollars>() { return {"a price of an hour", "1.3 .. 1.69 USD/h 2026-04", "USD/h"}; }
template <> Kind kind_of<GigabyteDollars>() { return {"a price of a gigabyte", "18.8 USD/GB 2026", "USD/GB"}; }
template <> Kind kind_of<KilowattHourDollars>()
{
    return {"a price of electricity", "0.065 .. 0.09 USD/kWh 2026", "USD/kWh"};
}
template <> Kind kind_of<KilowattDollars>() { return {"a price of a kilowatt", "8000 USD/kW 2026", "USD/kW"}; }

template <> PieceDollars        parse<PieceDollars>(std::string_view text) { return read<Per::piece>(text); }
template <> HourDollars         parse<HourDollars>(std::string_view text) { return read<Per::hour>(text); }
template <> GigabyteDollars     parse<GigabyteDollars>(std::string_view text) { return read<Per::gigabyte>(text); }
template <> KilowattHourDollars parse<KilowattHourDollars>(std::string_view text)
{
    return read<Per::kilowatt_hour>(text);
}
template <> KilowattDollars parse<KilowattDollars>(std::string_view text) { return read<Per::kilowatt>(text); }

} // namespace scribeline::configs
