// Formatting by hand: no locale may change what a script reads.
#include "results/views/report_text.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace scribeline::results {

std::string grouped(std::uint64_t number)
{
    auto text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), ",");
    }
    return text;
}

std::string percent(double share)
{
    if (share > 0 && share < 0.0005) {
        return "<0.1 %";
    }
    return fmt::format("{:.1f} %", share * 100);
}

std::string three_digits(double value)
{
    auto const rounded = std::strtod(fmt::format("{:.2e}", value).c_str(), nullptr);
    auto const before  = rounded >= 100 ? 3 : rounded >= 10 ? 2 : 1;
    return rounded >= 1 ? fmt::format("{:.{}f}", rounded, 3 - before) : fmt::format("{:.3g}", rounded);
}

bool is_figure(double number)
{
    constexpr double most = 1e18;
    return std::abs(number) < most;
}

std::string rate_text(double per_second)
{
    return per_second >= 99.95 && per_second < 1e15 ? grouped(static_cast<std::uint64_t>(std::llround(per_second)))
           : per_second > 0                         ? three_digits(per_second)
                                                    : fmt::format("{:.3g}", per_second);
}

std::string duration(double seconds)
{
    // 999.6 us are 1 ms: the unit is that of what is printed.
    struct Unit {
        double      scale;
        char const* name;
    };
    constexpr std::array units{Unit{1, "s"}, Unit{1e-3, "ms"}, Unit{1e-6, "us"}, Unit{1e-9, "ns"}};
    if (seconds <= 0) {
        return "0 us";
    }
    for (auto const& unit : units) {
        auto const value = seconds / unit.scale;
        if (value >= 0.9995 || &unit == &units.back()) {
            return value >= 999.5 && is_figure(value)
                       ? fmt::format("{} {}", grouped(static_cast<std::uint64_t>(std::llround(value))), unit.name)
                       : fmt::format("{} {}", three_digits(value), unit.name);
        }
    }
    return "";
}

std::string kibibytes(double bytes) { return fmt::format("{:.1f} KiB", bytes / 1024); }

std::string bar(double share, int width)
{
    auto const length = std::lround(std::clamp(share, 0.0, 1.0) * width);
    return std::string(static_cast<std::size_t>(length), '#');
}

std::string shortened(std::string const& text, std::size_t length)
{
    return text.size() <= length ? text : text.substr(0, length - 2) + "..";
}

std::string trimmed(std::string text)
{
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

std::string quoted(std::string const& argument)
{
    constexpr char const* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%=";
    if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) {
        return argument;
    }
    std::string result = "'";
    for (auto const c : argument) {
        result += c == '\'' ? std::string{"'\\''"} : std::string{c};
    }
    return result + "'";
}

std::string hanging(std::string const& first, std::string const& text, std::size_t width)
{
    std::string done, line = first;
    bool        begun = false; // the line has a word
    for (std::size_t at = 0; at < text.size();) {
        auto const blank = std::min(text.find(' ', at), text.size());
        auto const word  = text.substr(at, blank - at);
        if (begun && line.size() + 1 + word.size() > width) {
            done += trimmed(line) + "\n";
            line  = std::string(first.size(), ' ');
            begun = false;
        }
        line += (begun ? " " : "") + word;
        begun = true;
        at    = blank + 1;
    }
    return done + trimmed(line) + "\n";
}

std::string within(std::string const& lines, std::size_t width)
{
    auto text = std::string{};
    for (std::size_t at = 0; at < lines.size();) {
        auto const end  = std::min(lines.find('\n', at), lines.size());
        auto const line = lines.substr(at, end - at);
        if (line.size() <= width) {
            text += line + (end < lines.size() ? "\n" : "");
        } else {
            auto const gap = line.rfind("  ", width);
            auto const column =
                gap == std::string::npos || gap + 2 > width * 2 / 3 ? line.find_first_not_of(' ') : gap + 2;
            text += hanging(line.substr(0, column), line.substr(column), width);
        }
        at = end + 1;
    }
    return text;
}

std::string in_columns(std::vector<std::string> const& items, std::size_t width)
{
    std::size_t longest = 0;
    for (auto const& item : items) {
        longest = std::max(longest, item.size());
    }
    auto const  column  = longest + 3;
    auto const  per_row = std::max<std::size_t>(1, width / column);
    auto const  rows    = (items.size() + per_row - 1) / per_row;
    std::string text;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string line = "  ";
        for (std::size_t i = row; i < items.size(); i += rows) { // down each column, as ls does
            line += fmt::format("{:<{}}", items[i], column);
        }
        text += trimmed(line) + "\n";
    }
    return text;
}

char const* explained(models::Part part)
{
    constexpr std::array<char const*, models::part_count> clauses{
        "elements going through the PEs' datapaths",
        "set-up of vector operations and control code",
        "waiting for SRAM ports",
        "distance: wavelets going from router to router",
        "the extra latency of scribe lines",
        "wavelets behind one another on a link or a ramp",
        "software and ramps of the stages of reductions",
        "waiting for the slowest PE",
        "waiting for what lies off the wafer",
    };
    auto const i = static_cast<std::size_t>(part);
    SCRIBELINE_EXPECT(i < clauses.size());
    return clauses[i];
}

} // namespace scribeline::results
