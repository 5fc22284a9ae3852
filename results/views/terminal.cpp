// Escape sequences of ECMA-48, which every terminal since the VT100 knows.
#include "results/views/terminal.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace scribeline::results {

namespace {

constexpr std::string_view error  = "error:";
constexpr char const*      bold   = "\x1b[1m";
constexpr char const*      red    = "\x1b[1;31m";
constexpr char const*      normal = "\x1b[0m";

bool is_set(char const* name)
{
    auto const* const value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

// Where a line says `error:`: at its start, or behind the place. npos when it does not.
std::size_t error_in(std::string_view line)
{
    if (line.substr(0, error.size()) == error)
        return 0;
    auto const at = line.find(": error: ");
    return at == line.npos ? at : at + 2;
}

// Calls `each` with every line, without its end.
template <class Each> void for_lines(std::string_view text, Each each)
{
    while (!text.empty()) {
        auto const end = text.find('\n');
        each(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
}

} // namespace

bool has_color(configs::Color wish, int stream)
{
    if (wish != configs::Color::automatic)
        return wish == configs::Color::always;
    auto const* const terminal = std::getenv("TERM");
    return ::isatty(stream) != 0 && !is_set("NO_COLOR") && terminal != nullptr && std::string_view{terminal} != "dumb";
}

std::size_t page_width(int stream)
{
    constexpr std::size_t narrowest = 80, widest = 120;
    auto const            within = [=](std::size_t columns) { return std::clamp(columns, narrowest, widest); };
    winsize               size{};
    if (::isatty(stream) != 0 && ::ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return within(size.ws_col);
    if (is_set("COLUMNS"))
        return within(std::strtoul(std::getenv("COLUMNS"), nullptr, 10));
    return narrowest;
}

std::string fit_to_print(std::string const& text)
{
    auto result = std::string{};
    result.reserve(text.size());
    for (std::size_t from = 0; from < text.size();) {
        auto const end = std::min(text.find('\n', from), text.size());
        result += configs::printable(std::string_view{text}.substr(from, end - from));
        if (end < text.size())
            result += '\n';
        from = end + 1;
    }
    return result;
}

std::string complaint(std::string const& given, bool color)
{
    auto const message  = fit_to_print(given);
    auto const first    = std::string_view{message}.substr(0, message.find('\n'));
    auto const complete = error_in(first) == first.npos ? "scribeline: error: " + message : message;
    if (!color)
        return complete + '\n';
    auto text = std::string{};
    for_lines(complete, [&](std::string_view line) {
        auto const at = error_in(line);
        if (at == line.npos)
            text.append(line);
        else
            text.append(line.substr(0, at))
                .append(red)
                .append(error)
                .append(normal)
                .append(line.substr(at + error.size()));
        text += '\n';
    });
    return text;
}

std::string with_bold_headings(std::string const& report)
{
    auto text        = std::string{};
    bool after_blank = true; // the first line is the report's own heading
    for_lines(report, [&](std::string_view line) {
        bool const heading = after_blank && !line.empty() && line.front() != ' ';
        text.append(heading ? bold : "").append(line).append(heading ? normal : "") += '\n';
        after_blank = line.empty();
    });
    return text;
}

} // namespace scribeline::results
