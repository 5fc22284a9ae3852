#include "models/program/trace_options.hpp"

#include "configs/failure.hpp"
#include "configs/schema/command_options.hpp"
#include "configs/units/text.hpp"
#include "workloads/requests/comma_line.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace scribeline::program {

using configs::CommandLine;
using configs::own_option;
using workloads::TraceOptions;

namespace {

[[noreturn]] void refuse(char const* option, std::string const& why)
{
    throw configs::UserError{configs::Exit::usage, fmt::format("--{}: {}", option, why)};
}

// What the option says, read by `read`, where it was given.
template <class Read> void take(CommandLine const& line, char const* option, Read read)
{
    for (auto const& [name, value] : line.options)
        if (name == option)
            try {
                read(value);
            } catch (configs::TextError const& error) {
                refuse(option, error.what());
            }
}

double factor(std::string const& text)
{
    if (auto const value = workloads::real_of(text))
        return *value;
    throw configs::TextError{fmt::format("{}: expected a factor such as 1.5", configs::shown(text))};
}

workloads::TraceColumns columns_of(std::string_view text)
{
    auto columns = workloads::TraceColumns{};
    auto unit    = std::string{};
    while (!text.empty()) {
        auto const item   = text.substr(0, text.find(','));
        auto const equals = std::min(item.find('='), item.size());
        auto const key    = std::string{item.substr(0, equals)};
        auto const value  = std::string{item.substr(std::min(equals + 1, item.size()))};
        auto*      into   = key == "arrival"     ? &columns.arrival
                            : key == "input"     ? &columns.input
                            : key == "output"    ? &columns.output
                            : key == "session"   ? &columns.session
                            : key == "tool-time" ? &columns.tool_time
                            : key == "unit"      ? &unit
                                                 : nullptr;
        if (into == nullptr || value.empty())
            throw configs::TextError{fmt::format("{}: expected arrival=, input=, output=, session=, tool-time= with "
                                                 "the name of a column, or unit= with s, ms, us or ns",
                                                 configs::shown(std::string{item}))};
        *into = value;
        text.remove_prefix(std::min(item.size() + 1, text.size()));
    }
    if (columns.input.empty() || columns.output.empty())
        throw configs::TextError{"expected at least input=NAME,output=NAME"};
    if (!unit.empty())
        columns.unit = configs::parse<configs::Seconds>("1 " + unit);
    return columns;
}

} // namespace

std::vector<configs::Option> trace_options()
{
    return {own_option("limit", "N", "no more requests than so many"),
            own_option("start", "TIME", "without what arrives earlier, since the first request: '600 s'"),
            own_option("end", "TIME", "without what arrives then or later"),
            own_option("scale-rate", "FACTOR", "arrivals come so many times as fast"),
            own_option("scale-tools", "FACTOR", "tools take so many times as long"),
            own_option("replay", "think|original",
                       "a later turn starts its tool time after the reply before it (think), or when it was recorded"),
            own_option("trace-format", "NAME", "the format, where it is not to be recognised by its content"),
            own_option("columns", "input=NAME,..",
                       "a CSV file of any kind: arrival=, input=, output=, session=, tool-time= name its columns, "
                       "unit= that of times (s)"),
            own_option("block-tokens", "N", "join blocks of prompts up to so many tokens"),
            own_option("hash-tokens", "N", "tokens of a hash of the file, where they are not those of its format"),
            own_option("trace-seed", "N", "of ServeGen, whose requests are drawn; without: 1")};
}

TraceOptions trace_options_of(CommandLine const& line)
{
    auto       options = TraceOptions{};
    auto const whole   = [](std::string const& text) { return configs::parse<std::uint64_t>(text); };
    auto const time    = [](std::string const& text) { return configs::parse<configs::Seconds>(text); };
    take(line, "limit", [&](auto const& text) { options.limit = whole(text); });
    take(line, "start", [&](auto const& text) { options.start = time(text); });
    take(line, "end", [&](auto const& text) { options.end = time(text); });
    take(line, "scale-rate", [&](auto const& text) { options.scale_rate = factor(text); });
    take(line, "scale-tools", [&](auto const& text) { options.scale_tools = factor(text); });
    take(line, "trace-format", [&](auto const& text) { options.format = text; });
    take(line, "columns", [&](auto const& text) { options.columns = columns_of(text); });
    take(line, "block-tokens", [&](auto const& text) { options.block_tokens = whole(text); });
    take(line, "hash-tokens", [&](auto const& text) { options.hash_tokens = whole(text); });
    take(line, "trace-seed", [&](auto const& text) { options.seed = whole(text); });
    take(line, "replay", [&](auto const& text) {
        if (text != "think" && text != "original")
            throw configs::TextError{fmt::format("{}: expected think or original", configs::shown(text))};
        options.replay = text == "think" ? workloads::Replay::think : workloads::Replay::original;
    });
    return options;
}

} // namespace scribeline::program
