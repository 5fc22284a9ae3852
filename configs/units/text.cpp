// Reads and writes quantities. One table of units serves both directions and the error messages.
#include "configs/units/text.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace scribeline::configs {

ElementBits::operator double() const
{
    SCRIBELINE_EXPECT(settled()); // whoever reads the model settles it
    return value;
}

template <> Kind kind_of<Bytes>() { return {"a size in bytes", "48 KiB", "byte"}; }
template <> Kind kind_of<Hertz>() { return {"a frequency", "0.85 GHz", "Hz"}; }
template <> Kind kind_of<BytesPerSecond>() { return {"a bandwidth", "150 GB/s", "byte/s"}; }
template <> Kind kind_of<Seconds>() { return {"a time", "2 us", "s"}; }
template <> Kind kind_of<FlopsPerSecond>() { return {"a rate of arithmetic", "989 TFLOP/s", "FLOP/s"}; }
template <> Kind kind_of<Watts>() { return {"a power", "700 W", "W"}; }
template <> Kind kind_of<Joules>() { return {"an energy", "0.5 pJ", "J"}; }
template <> Kind kind_of<JoulesPerByte>() { return {"an energy per byte or bit", "3.9 pJ/bit", "J/byte"}; }
template <> Kind kind_of<Share>() { return {"a share", "80 %", "1"}; }
template <> Kind kind_of<SquareMm>() { return {"an area", "0.05 mm2", "mm^2"}; }
template <> Kind kind_of<PerSquareMm>() { return {"a density", "0.001 /mm2", "1/mm^2"}; }
template <> Kind kind_of<Clustering>() { return {"a number, or none", "2.5", "1"}; }
template <> Kind kind_of<FabricCycles>() { return {"whole cycles", "2 cycles", "cycle"}; }
template <> Kind kind_of<FabricEighths>() { return {"cycles in eighths", "9/8 cycles", "cycle"}; }
template <> Kind kind_of<ElementRate>() { return {"elements per cycle", "2.92 elem/cycle", "element/cycle"}; }
template <> Kind kind_of<ElementBits>() { return {"a number of bits, or checkpoint", "4.25", "bit"}; }
template <> Kind kind_of<GridSize>() { return {"columns x rows", "420x420", ""}; }
template <> Kind kind_of<std::uint32_t>() { return {"a whole number", "16", "1"}; }
template <> Kind kind_of<std::uint64_t>() { return {"a whole number", "16", "1"}; }
template <> Kind kind_of<bool>() { return {"true or false", "true", "1"}; }
template <> Kind kind_of<std::string>() { return {"a name or a path", "tiny", ""}; }

namespace {

enum class Dimension {
    bytes,
    frequency,
    bandwidth,
    time,
    arithmetic,
    power,
    energy,
    energy_per_byte,
    cycles,
    rate,
    share,
    area,
    density
};

struct Unit {
    char const* name;
    Dimension   dimension;
    double      scale;
};

// The first of a scale is the one that is printed, and of those that leave enough before it the last.
constexpr std::array units{
    Unit{"B", Dimension::bytes, 1},
    Unit{"byte", Dimension::bytes, 1},
    Unit{"bytes", Dimension::bytes, 1},
    Unit{"kB", Dimension::bytes, 1e3},
    Unit{"MB", Dimension::bytes, 1e6},
    Unit{"GB", Dimension::bytes, 1e9},
    Unit{"TB", Dimension::bytes, 1e12},
    Unit{"PB", Dimension::bytes, 1e15},
    Unit{"KiB", Dimension::bytes, 1024.0},
    Unit{"MiB", Dimension::bytes, 1024.0 * 1024},
    Unit{"GiB", Dimension::bytes, 1024.0 * 1024 * 1024},
    Unit{"TiB", Dimension::bytes, 1024.0 * 1024 * 1024 * 1024},
    Unit{"Hz", Dimension::frequency, 1},
    Unit{"kHz", Dimension::frequency, 1e3},
    Unit{"MHz", Dimension::frequency, 1e6},
    Unit{"GHz", Dimension::frequency, 1e9},
    Unit{"B/s", Dimension::bandwidth, 1},
    Unit{"kB/s", Dimension::bandwidth, 1e3},
    Unit{"MB/s", Dimension::bandwidth, 1e6},
    Unit{"GB/s", Dimension::bandwidth, 1e9},
    Unit{"TB/s", Dimension::bandwidth, 1e12},
    Unit{"PB/s", Dimension::bandwidth, 1e15},
    Unit{"KiB/s", Dimension::bandwidth, 1024.0},
    Unit{"MiB/s", Dimension::bandwidth, 1024.0 * 1024},
    Unit{"GiB/s", Dimension::bandwidth, 1024.0 * 1024 * 1024},
    Unit{"TiB/s", Dimension::bandwidth, 1024.0 * 1024 * 1024 * 1024},
    Unit{"s", Dimension::time, 1},
    Unit{"ms", Dimension::time, 1e-3},
    Unit{"us", Dimension::time, 1e-6},
    Unit{"ns", Dimension::time, 1e-9},
    Unit{"ps", Dimension::time, 1e-12},
    Unit{"FLOP/s", Dimension::arithmetic, 1},
    Unit{"GFLOP/s", Dimension::arithmetic, 1e9},
    Unit{"TFLOP/s", Dimension::arithmetic, 1e12},
    Unit{"PFLOP/s", Dimension::arithmetic, 1e15},
    Unit{"uW", Dimension::power, 1e-6},
    Unit{"mW", Dimension::power, 1e-3},
    Unit{"W", Dimension::power, 1},
    Unit{"kW", Dimension::power, 1e3},
    Unit{"J", Dimension::energy, 1},
    Unit{"mJ", Dimension::energy, 1e-3},
    Unit{"uJ", Dimension::energy, 1e-6},
    Unit{"nJ", Dimension::energy, 1e-9},
    Unit{"pJ", Dimension::energy, 1e-12},
    Unit{"fJ", Dimension::energy, 1e-15},
    Unit{"pJ/bit", Dimension::energy_per_byte, 8e-12},
    Unit{"pJ/B", Dimension::energy_per_byte, 1e-12},
    Unit{"nJ/B", Dimension::energy_per_byte, 1e-9},
    Unit{"cycles", Dimension::cycles, 1},
    Unit{"cycle", Dimension::cycles, 1},
    Unit{"elem/cycle", Dimension::rate, 1},
    Unit{"elements/cycle", Dimension::rate, 1},
    Unit{"%", Dimension::share, 0.01},
    Unit{"mm2", Dimension::area, 1},
    Unit{"cm2", Dimension::area, 100},
    Unit{"/mm2", Dimension::density, 1},
    Unit{"per mm2", Dimension::density, 1},
    Unit{"/cm2", Dimension::density, 0.01},
    Unit{"per cm2", Dimension::density, 0.01},
};

// Beyond it a double no longer holds every integer.
constexpr double largest_exact = 9007199254740992.0; // 2^53

std::string_view trimmed(std::string_view text)
{
    constexpr auto blank = " \t";
    auto const     first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

[[noreturn]] void refuse(std::string_view text, Kind kind, std::string const& why = "")
{
    throw TextError{fmt::format("{}{} is not {}, such as '{}'", why, shown(text), kind.what, kind.example)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a number off the front of `rest`; nothing when there is none.
std::optional<double> take_number(std::string_view& rest, std::string_view whole, Kind kind)
{
    if (!rest.empty() && rest.front() == '-')
        refuse(whole, kind, "no negative value: ");
    if (rest.empty() || !(is_digit(rest.front()) || rest.front() == '.'))
        return std::nullopt;
    auto number             = 0.0;
    auto const [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error == std::errc::result_out_of_range)
        refuse(whole, kind, "too large or too small: ");
    if (error != std::errc{})
        return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return number;
}

std::vector<std::string> names_of(Dimension dimension)
{
    auto names = std::vector<std::string>{};
    for (auto const& unit : units)
        if (unit.dimension == dimension)
            names.emplace_back(unit.name);
    return names;
}

std::string in_small_letters(std::string_view text)
{
    auto small = std::string{text};
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return small;
}

// kib, KIB, GIB/s: a binary prefix is one however it is written. KB may be 1,000 bytes or 1,024, and mb may be bits.
bool is_meant(std::string_view name, Unit const& unit)
{
    return unit.name == name ||
           (std::string_view{unit.name}.find("iB") == 1 && in_small_letters(name) == in_small_letters(unit.name));
}

double scale_of(std::string_view name, Dimension dimension, std::string_view whole, Kind kind)
{
    for (auto const& unit : units) {
        if (!is_meant(name, unit))
            continue;
        if (unit.dimension != dimension)
            refuse(whole, kind, "wrong unit: ");
        return unit.scale;
    }
    if (dimension == Dimension::bytes && (name == "KB" || name == "K"))
        throw TextError{fmt::format("{} has an unknown unit: KB is written for two sizes; write KiB for 1024 bytes, kB "
                                    "for 1000",
                                    shown(whole))};
    for (auto const& unit : units) // GHZ, gb
        if (unit.dimension == dimension && in_small_letters(unit.name) == in_small_letters(name))
            throw TextError{fmt::format("{} has an unknown unit; did you mean '{}'?", shown(whole), unit.name)};
    auto const guess = nearest(name, names_of(dimension));
    throw TextError{fmt::format("{} has an unknown unit; expected {}, such as '{}'{}", shown(whole), kind.what,
                                kind.example, guess.empty() ? "" : fmt::format("; did you mean '{}'?", guess))};
}

// A number and its unit, in base units. Cycles may be a fraction: 9/8.
double read(std::string_view text, Dimension dimension, Kind kind)
{
    auto const whole  = trimmed(text);
    auto       rest   = whole;
    auto const number = take_number(rest, whole, kind);
    if (!number)
        refuse(whole, kind);
    auto value = *number;
    if (dimension == Dimension::cycles && !rest.empty() && rest.front() == '/') {
        rest.remove_prefix(1);
        auto const divisor = take_number(rest, whole, kind);
        if (!divisor || *divisor == 0)
            refuse(whole, kind);
        value /= *divisor;
    }
    auto const unit = trimmed(rest);
    if (unit.empty())
        throw TextError{
            fmt::format("missing unit: {} should be {}, such as '{}'", shown(whole), kind.what, kind.example)};
    value *= scale_of(unit, dimension, whole, kind);
    if (!std::isfinite(value))
        refuse(whole, kind, "too large: ");
    return value;
}

// `value` times `parts` as an integer, exactly but for the last bits of a decimal fraction in binary.
std::uint64_t whole_parts(double value, double parts, std::string_view text, Kind kind, char const* of_what)
{
    auto const scaled  = value * parts;
    auto const rounded = std::round(scaled);
    if (rounded >= largest_exact)
        refuse(trimmed(text), kind, "too large: ");
    if (std::abs(scaled - rounded) > 1e-12 * std::max(1.0, rounded))
        throw TextError{fmt::format("{} is no whole number of {}", shown(trimmed(text)), of_what)};
    return static_cast<std::uint64_t>(rounded);
}

// The shortest decimal that reads back as the same value in this unit; empty when there is none.
std::string in_unit(double value, Unit const& unit)
{
    auto const text = fmt::format("{} {}", value / unit.scale, unit.name);
    auto       rest = std::string_view{text};
    auto const kind = kind_of<Bytes>(); // only for the text of an error that a printed number cannot cause
    return *take_number(rest, text, kind) * unit.scale == value ? text : std::string{};
}

// In whichever of the units takes the fewest digits; the first of equals. 1e-12 is not exact in binary: the first
// digits that read back as the same value will do.
template <class Quantity> std::string in_shortest_unit(Quantity quantity, std::initializer_list<char const*> names)
{
    auto best = std::string{};
    for (auto const* name : names) {
        auto const scale = std::find_if(units.begin(), units.end(), [&](Unit const& unit) {
                               return unit.name == std::string_view{name};
                           })->scale;
        for (int digits = 1; digits <= 17; ++digits) {
            auto const rounded = std::stod(fmt::format("{:.{}g}", quantity.value() / scale, digits));
            auto       text    = fmt::format("{} {}", rounded, name);
            if (!(parse<Quantity>(text) == quantity))
                continue;
            if (best.empty() || text.find(' ') < best.find(' '))
                best = std::move(text);
            break;
        }
    }
    return best;
}

// In the largest decimal unit that leaves at least `least` before it.
std::string in_decimal_units(double value, Dimension dimension, double least)
{
    auto best = std::string{};
    for (auto const& unit : units) {
        auto const decimal = std::string_view{unit.name}.find('i') == std::string_view::npos;
        if (unit.dimension == dimension && decimal && (unit.scale == 1 || value >= least * unit.scale)) {
            auto const text = in_unit(value, unit);
            best            = text.empty() ? best : text;
        }
    }
    return best;
}

template <class Integer> Integer read_count(std::string_view text)
{
    auto const kind  = kind_of<Integer>();
    auto const whole = trimmed(text);
    if (!whole.empty() && whole.front() == '-')
        refuse(whole, kind, "no negative value: ");
    auto count              = Integer{0};
    auto const [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), count);
    if (error == std::errc::result_out_of_range)
        refuse(whole, kind, "too large: ");
    if (error != std::errc{})
        refuse(whole, kind);
    auto const rest = std::string_view{end, static_cast<std::size_t>(whole.data() + whole.size() - end)};
    if (rest.empty())
        return count;
    // What people write for whole numbers of thousands: told in figures, as a k may be one of two.
    for (auto const& [letter, power] : {std::pair{'k', 1}, {'m', 2}}) {
        auto const small = in_small_letters(rest);
        auto const value = static_cast<double>(count);
        if (value >= 1 && (small == std::string(1, letter) || small == std::string(1, letter) + "i"))
            throw TextError{fmt::format("{} may be {:.0f} or {:.0f}; write the one that is meant in figures",
                                        shown(whole), value * std::pow(1024, power), value * std::pow(1000, power))};
    }
    auto digits = std::string{whole};
    digits.erase(std::remove_if(digits.begin(), digits.end(), [](char c) { return c == ',' || c == '_' || c == '\''; }),
                 digits.end());
    if (!digits.empty() && digits != whole && std::all_of(digits.begin(), digits.end(), is_digit))
        throw TextError{fmt::format("{} is written without marks between its digits: '{}'", shown(whole), digits)};
    refuse(whole, kind);
}

} // namespace

template <> Bytes parse<Bytes>(std::string_view text)
{
    auto const kind  = kind_of<Bytes>();
    auto const value = read(text, Dimension::bytes, kind);
    return Bytes{static_cast<double>(whole_parts(value, 1, text, kind, "bytes"))};
}
template <> Hertz parse<Hertz>(std::string_view text)
{
    return Hertz{read(text, Dimension::frequency, kind_of<Hertz>())};
}
template <> BytesPerSecond parse<BytesPerSecond>(std::string_view text)
{
    return BytesPerSecond{read(text, Dimension::bandwidth, kind_of<BytesPerSecond>())};
}
template <> Seconds parse<Seconds>(std::string_view text)
{
    return Seconds{read(text, Dimension::time, kind_of<Seconds>())};
}
template <> FlopsPerSecond parse<FlopsPerSecond>(std::string_view text)
{
    return FlopsPerSecond{read(text, Dimension::arithmetic, kind_of<FlopsPerSecond>())};
}
template <> Watts  parse<Watts>(std::string_view text) { return Watts{read(text, Dimension::power, kind_of<Watts>())}; }
template <> Joules parse<Joules>(std::string_view text)
{
    return Joules{read(text, Dimension::energy, kind_of<Joules>())};
}
template <> JoulesPerByte parse<JoulesPerByte>(std::string_view text)
{
    return JoulesPerByte{read(text, Dimension::energy_per_byte, kind_of<JoulesPerByte>())};
}
template <> Share    parse<Share>(std::string_view text) { return Share{parse_percent(text)}; }
template <> SquareMm parse<SquareMm>(std::string_view text)
{
    return SquareMm{read(text, Dimension::area, kind_of<SquareMm>())};
}
template <> PerSquareMm parse<PerSquareMm>(std::string_view text)
{
    return PerSquareMm{read(text, Dimension::density, kind_of<PerSquareMm>())};
}
template <> Clustering parse<Clustering>(std::string_view text)
{
    auto const kind  = kind_of<Clustering>();
    auto const whole = trimmed(text);
    if (whole == "none")
        return Clustering{std::numeric_limits<double>::infinity()};
    auto       rest  = whole;
    auto const alpha = take_number(rest, whole, kind);
    if (!alpha || !rest.empty())
        refuse(whole, kind);
    return Clustering{*alpha};
}
template <> FabricCycles parse<FabricCycles>(std::string_view text)
{
    auto const kind = kind_of<FabricCycles>();
    return FabricCycles{whole_parts(read(text, Dimension::cycles, kind), 1, text, kind, "cycles")};
}
template <> FabricEighths parse<FabricEighths>(std::string_view text)
{
    auto const kind = kind_of<FabricEighths>();
    return FabricEighths{whole_parts(read(text, Dimension::cycles, kind), 8, text, kind, "eighths of a cycle")};
}
template <> ElementRate parse<ElementRate>(std::string_view text)
{
    auto const kind       = kind_of<ElementRate>();
    auto const value      = read(text, Dimension::rate, kind);
    auto const hundredths = whole_parts(value, 100, text, kind, "hundredths of an element per cycle");
    if (hundredths > std::numeric_limits<std::uint32_t>::max())
        refuse(trimmed(text), kind, "too large: ");
    return ElementRate{static_cast<std::uint32_t>(hundredths)};
}
template <> ElementBits parse<ElementBits>(std::string_view text)
{
    auto const kind  = kind_of<ElementBits>();
    auto const whole = trimmed(text);
    if (whole == "checkpoint") { // until a model is read, as most files have it
        auto bits  = ElementBits::as_in_checkpoint();
        bits.value = 16;
        return bits;
    }
    auto       rest = whole;
    auto const bits = take_number(rest, whole, kind);
    if (!bits || !rest.empty())
        refuse(whole, kind);
    return ElementBits{*bits};
}
template <> GridSize parse<GridSize>(std::string_view text)
{
    auto const kind  = kind_of<GridSize>();
    auto const whole = trimmed(text);
    auto const cross = whole.find_first_of("xX");
    if (cross == std::string_view::npos)
        refuse(whole, kind);
    auto grid = GridSize{};
    try {
        grid = {read_count<std::uint32_t>(whole.substr(0, cross)), read_count<std::uint32_t>(whole.substr(cross + 1))};
    } catch (TextError const&) {
        refuse(whole, kind);
    }
    if ((grid.columns == 0) != (grid.rows == 0))
        refuse(whole, kind, "has no PE: ");
    return grid;
}
template <> std::uint32_t parse<std::uint32_t>(std::string_view text) { return read_count<std::uint32_t>(text); }
template <> std::uint64_t parse<std::uint64_t>(std::string_view text) { return read_count<std::uint64_t>(text); }
template <> bool          parse<bool>(std::string_view text)
{
    auto const whole = trimmed(text);
    if (whole != "true" && whole != "false")
        throw TextError{fmt::format("{} is neither 'true' nor 'false'", shown(whole))};
    return whole == "true";
}
template <> std::string parse<std::string>(std::string_view text)
{
    if (trimmed(text).empty())
        throw TextError{"an empty text; expected a name or a path"};
    return std::string{text};
}

double parse_percent(std::string_view text) { return read(text, Dimension::share, {"a share", "12.5 %", "1"}); }

std::string print_percent(double share)
{
    // 0.07 * 100 is not 7 in binary: the first digits that read back as the same share will do.
    for (int digits = 1; digits < 17; ++digits) {
        auto text = fmt::format("{:.{}g} %", share * 100, digits);
        if (parse_percent(text) == share)
            return text;
    }
    return fmt::format("{} %", share * 100);
}

std::string print(Bytes bytes)
{
    // In the unit that says it shortest: 48 KiB, but 40 GB and 4176 B.
    auto best = fmt::format("{} B", bytes.value());
    for (auto const& unit : units) {
        if (unit.dimension != Dimension::bytes || unit.scale == 1 || std::fmod(bytes.value(), unit.scale) != 0)
            continue;
        auto text = fmt::format("{} {}", bytes.value() / unit.scale, unit.name);
        if (bytes.value() != 0 && text.size() < best.size())
            best = std::move(text);
    }
    return best;
}
std::string print(Hertz frequency) { return in_decimal_units(frequency.value(), Dimension::frequency, 0.1); }
std::string print(BytesPerSecond rate) { return in_decimal_units(rate.value(), Dimension::bandwidth, 1); }
std::string print(Seconds time)
{
    // 1e-6 is not exact in binary: the first digits that read back as the same time will do. The largest unit that
    // leaves at least 1 before it; picoseconds for what is less.
    for (auto const& unit : units) {
        if (unit.dimension != Dimension::time || (time.value() < unit.scale && unit.scale != 1e-12))
            continue;
        for (int digits = 1; digits <= 17 && time.value() != 0; ++digits) {
            auto const rounded = std::stod(fmt::format("{:.{}g}", time.value() / unit.scale, digits));
            auto       text    = fmt::format("{} {}", rounded, unit.name);
            if (parse<Seconds>(text) == time)
                return text;
        }
    }
    return fmt::format("{} s", time.value());
}
std::string print(FlopsPerSecond rate) { return in_decimal_units(rate.value(), Dimension::arithmetic, 1); }
std::string print(Watts power)
{
    if (power.value() == 0 || power.value() >= 0.1)
        return in_decimal_units(power.value(), Dimension::power, 10);
    return in_shortest_unit(power, {"mW", "uW", "W"});
}
std::string print(Joules energy)
{
    return energy.value() == 0 ? "0 J" : in_shortest_unit(energy, {"pJ", "J", "mJ", "uJ", "nJ", "fJ"});
}
std::string print(JoulesPerByte energy)
{
    return energy.value() == 0 ? "0 pJ/bit" : in_shortest_unit(energy, {"pJ/bit", "nJ/B", "pJ/B"});
}
std::string print(Share share)
{
    for (int decimals = 0; decimals < 16; ++decimals) {
        auto text = fmt::format("{:.{}f} %", share.value * 100, decimals);
        if (parse_percent(text) == share.value)
            return text;
    }
    return print_percent(share.value);
}
std::string print(SquareMm area) { return fmt::format("{} mm2", area.value); }
std::string print(PerSquareMm density) { return fmt::format("{} /mm2", density.value); }
std::string print(Clustering c) { return std::isinf(c.alpha) ? "none" : fmt::format("{}", c.alpha); }
std::string print(FabricCycles c) { return fmt::format("{} {}", c.count(), c.count() == 1 ? "cycle" : "cycles"); }
std::string print(FabricEighths e)
{
    return fmt::format("{} {}", static_cast<double>(e.count()) / 8, e.count() == 8 ? "cycle" : "cycles");
}
std::string print(ElementBits bits) { return bits.checkpoint ? "checkpoint" : fmt::format("{}", bits.value); }
std::string print(ElementRate rate) { return fmt::format("{} elem/cycle", number_of(rate)); }
std::string print(GridSize grid) { return fmt::format("{}x{}", grid.columns, grid.rows); }
std::string print(std::uint32_t count) { return fmt::format("{}", count); }
std::string print(std::uint64_t count) { return fmt::format("{}", count); }
std::string print(bool yes) { return yes ? "true" : "false"; }
std::string print(std::string const& text) { return text; }

double number_of(Bytes bytes) { return bytes.value(); }
double number_of(Hertz frequency) { return frequency.value(); }
double number_of(BytesPerSecond rate) { return rate.value(); }
double number_of(Seconds time) { return time.value(); }
double number_of(FlopsPerSecond rate) { return rate.value(); }
double number_of(Watts power) { return power.value(); }
double number_of(Joules energy) { return energy.value(); }
double number_of(JoulesPerByte energy) { return energy.value(); }
double number_of(Share share) { return share.value; }
double number_of(SquareMm area) { return area.value; }
double number_of(PerSquareMm density) { return density.value; }
double number_of(Clustering c) { return c.alpha; }
double number_of(FabricCycles c) { return static_cast<double>(c.count()); }
double number_of(FabricEighths e) { return static_cast<double>(e.count()) / 8; }
double number_of(ElementBits bits) { return bits.settled() ? bits.value : std::numeric_limits<double>::quiet_NaN(); }
double number_of(ElementRate rate) { return static_cast<double>(rate.hundredths) / 100; }
double number_of(GridSize) { return std::numeric_limits<double>::quiet_NaN(); }
double number_of(std::uint32_t count) { return static_cast<double>(count); }
double number_of(std::uint64_t count) { return static_cast<double>(count); }
double number_of(bool yes) { return yes ? 1 : 0; }
double number_of(std::string const&) { return std::numeric_limits<double>::quiet_NaN(); }

} // namespace scribeline::configs
