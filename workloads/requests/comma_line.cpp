#include "workloads/requests/comma_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace scribeline::workloads {

namespace {

constexpr std::int64_t second = 1'000'000'000;

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `count` digits at the front of the text, taken off it; negative where they are not there.
std::int64_t take_digits(std::string_view& text, std::size_t count)
{
    if (text.size() < count || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), is_digit))
        return -1;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value = 10 * value + (text[i] - '0');
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char c)
{
    if (text.empty() || text.front() != c)
        return false;
    text.remove_prefix(1);
    return true;
}

// Days since 1970-01-01 of the Gregorian calendar: whole eras of 400 years, and a year that begins in March, so that
// the leap day is its last.
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day)
{
    constexpr std::int64_t days_of_era = 146097, days_before_1970 = 719468;
    auto const             y       = month <= 2 ? year - 1 : year;
    auto const             era     = y / 400;
    auto const             of_era  = y % 400;
    auto const             of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * days_of_era + of_era * 365 + of_era / 4 - of_era / 100 + of_year - days_before_1970;
}

std::int64_t days_of_month(std::int64_t year, std::int64_t month)
{
    constexpr std::array<std::int64_t, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool const                             leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days.at(static_cast<std::size_t>(month - 1)) + (month == 2 && leap ? 1 : 0);
}

} // namespace

void split_cells(std::string_view line, std::vector<std::string_view>& cells)
{
    cells.clear();
    for (;;) {
        auto const first = std::min(line.find_first_not_of(" \t"), line.size());
        auto       end   = line.size();
        if (first < line.size() && line[first] == '"') {
            auto const quote = line.find('"', first + 1);
            auto const stop  = std::min(quote, line.size());
            cells.push_back(trimmed(line.substr(first + 1, stop - first - 1)));
            end = std::min(line.find(',', stop), line.size());
        } else {
            end = std::min(line.find(','), line.size());
            cells.push_back(trimmed(line.substr(0, end)));
        }
        if (end == line.size())
            return;
        line.remove_prefix(end + 1);
    }
}

std::optional<std::int64_t> whole_of(std::string_view text)
{
    std::int64_t value       = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{})
        return std::nullopt;
    auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
    if (rest.empty())
        return value;
    // As programs write it that keep a column with gaps as floating point: 12.0
    if (!take(rest, '.') || rest.find_first_not_of('0') != std::string_view::npos)
        return std::nullopt;
    return value;
}

std::optional<double> real_of(std::string_view text)
{
    double value             = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> time_of(std::string_view text, std::int64_t unit)
{
    auto const negative = take(text, '-');
    if (text.empty() || (!is_digit(text.front()) && text.front() != '.'))
        return std::nullopt;
    if (text.find_first_of("eE") != std::string_view::npos) {
        auto const value = real_of(text);
        if (!value || !(*value * static_cast<double>(unit) < 9.2e18)) // what 63 bits hold
            return std::nullopt;
        auto const rounded = std::llround(*value * static_cast<double>(unit));
        return negative ? -rounded : rounded;
    }
    constexpr auto largest = INT64_MAX;
    std::int64_t   value   = 0;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        if (value > (largest / unit - 9) / 10)
            return std::nullopt;
        value = 10 * value + (text.front() - '0');
    }
    value *= unit;
    if (take(text, '.'))
        for (auto place = unit / 10; !text.empty() && is_digit(text.front()); text.remove_prefix(1), place /= 10)
            value += place * (text.front() - '0');
    if (!text.empty() || value < 0)
        return std::nullopt;
    return negative ? -value : value;
}

std::optional<std::int64_t> date_of(std::string_view text)
{
    auto const year = take_digits(text, 4);
    if (year < 1700 || year > 2200 || !take(text, '-'))
        return std::nullopt;
    auto const month = take_digits(text, 2);
    if (month < 1 || month > 12 || !take(text, '-'))
        return std::nullopt;
    auto const day = take_digits(text, 2);
    if (day < 1 || day > days_of_month(year, month) || !(take(text, ' ') || take(text, 'T')))
        return std::nullopt;
    auto const hour = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !take(text, ':'))
        return std::nullopt;
    auto const minute = take_digits(text, 2);
    if (minute < 0 || minute > 59 || !take(text, ':'))
        return std::nullopt;
    auto const seconds = take_digits(text, 2);
    if (seconds < 0 || seconds > 60)
        return std::nullopt;
    std::int64_t fraction = 0;
    if (take(text, '.'))
        for (auto place = second / 10; !text.empty() && is_digit(text.front()); text.remove_prefix(1), place /= 10)
            fraction += place * (text.front() - '0');
    std::int64_t zone = 0; // seconds
    if (!take(text, 'Z') && !text.empty()) {
        auto const sign  = text.front() == '-' ? -1 : 1;
        auto const signs = take(text, '+') || take(text, '-');
        auto const h     = take_digits(text, 2);
        auto const m     = text.empty() ? 0 : (take(text, ':'), take_digits(text, 2));
        if (!signs || h < 0 || h > 23 || m < 0 || m > 59)
            return std::nullopt;
        zone = sign * (h * 3600 + m * 60);
    }
    if (!text.empty())
        return std::nullopt;
    return (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + seconds - zone) * second + fraction;
}

} // namespace scribeline::workloads
