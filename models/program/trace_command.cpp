#include "models/program/trace_command.hpp"

#include "models/program/print_document.hpp"
#include "models/program/trace_options.hpp"
#include "results/document/document.hpp"
#include "results/views/report_text.hpp"
#include "workloads/requests/trace_statistics.hpp"

#include <ostream>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace {

using workloads::Percentiles;
using workloads::TraceStatistics;

constexpr double picosecond = 1e-12, millisecond = 1e-3;

Table lengths_of(TraceStatistics const& s)
{
    auto table =
        Table{"lengths",
              {{"of a request", "1", true}, {"units", "1", true}, {"mean"}, {"p50"}, {"p90"}, {"p99"}, {"most"}},
              {}};
    auto const add = [&](char const* name, char const* units, Percentiles const& p, double scale) {
        auto cells = std::vector<Cell>{word(name), word(units)};
        for (double const value : {p.mean, static_cast<double>(p.p50), static_cast<double>(p.p90),
                                   static_cast<double>(p.p99), static_cast<double>(p.most)}) {
            auto const number = value * scale;
            cells.push_back(quantity(number, scale == 1 && number >= 100
                                                 ? grouped(static_cast<std::uint64_t>(number + 0.5))
                                                 : fmt::format("{:.4g}", number)));
        }
        table.rows.push_back(std::move(cells));
    };
    add("input", "token", s.input, 1);
    add("output", "token", s.output, 1);
    if (s.turns.most > 1)
        add("turns of a session", "1", s.turns, 1);
    if (s.tool_time.count > 0)
        add("tool time", "s", s.tool_time, millisecond);
    return table;
}

Table summary_of(TraceStatistics const& s)
{
    auto       table = Table{"summary", {{"figure", "1", true}, {"value"}, {"units", "1", true}}, {}};
    auto const add   = [&](char const* name, Cell value, char const* units) {
        table.rows.push_back({word(name), std::move(value), word(units)});
    };
    auto const share = [](double value) { return quantity(value, percent(value)); };
    add("requests", quantity(static_cast<double>(s.requests)), "");
    add("sessions", quantity(static_cast<double>(s.sessions)), "");
    add("tokens in", quantity(static_cast<double>(s.input.sum)), "token");
    add("tokens out", quantity(static_cast<double>(s.output.sum)), "token");
    if (s.gap_mean && *s.gap_mean > 0) { // else all are there from the start, as far as the trace tells
        auto const last = static_cast<double>(s.last_arrival) * picosecond;
        add("last arrival", quantity(last, fmt::format("{:.1f}", last)), "s");
        add("arrivals", quantity(1 / *s.gap_mean, three_digits(1 / *s.gap_mean)), "1/s");
        add("cv of the gaps between them", s.gap_cv ? quantity(*s.gap_cv, three_digits(*s.gap_cv)) : unknown(), "");
    }
    if (s.serving_share)
        add("sessions' time with a reply under way", share(*s.serving_share), "");
    if (s.parked_share)
        add("KV token-seconds that wait for a turn", share(*s.parked_share), "");
    if (s.block_tokens > 0) {
        add("tokens of a block", quantity(static_cast<double>(s.block_tokens)), "token");
        add("blocks", quantity(static_cast<double>(s.blocks)), "");
        add("different blocks", quantity(static_cast<double>(s.unique_blocks)), "");
        add("hit share of an infinite cache", share(s.hit_share), "of blocks");
        add("the same by tokens", share(s.hit_token_share), "of tokens in");
        auto const gap = [&](std::uint64_t ms) {
            if (s.reuse_gap.count == 0)
                return unknown();
            auto const seconds = static_cast<double>(ms) * millisecond;
            return quantity(seconds, three_digits(seconds));
        };
        add("since a block's last use, p50", gap(s.reuse_gap.p50), "s");
        add("since a block's last use, p90", gap(s.reuse_gap.p90), "s");
    }
    return table;
}

Table ttl_of(TraceStatistics const& s)
{
    auto table = Table{"ttl", {{"a block is kept", "s"}, {"since the reply's end"}, {"since the request's start"}}, {}};
    for (auto const& point : s.ttl) {
        auto const seconds = point.ttl ? static_cast<double>(*point.ttl) * picosecond : 0;
        table.rows.push_back({point.ttl ? quantity(seconds, fmt::format("{:.0f} s", seconds)) : word("for ever"),
                              quantity(point.from_reply, percent(point.from_reply)),
                              quantity(point.from_start, percent(point.from_start))});
    }
    return table;
}

} // namespace

configs::Exit trace_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const source = workloads::open_trace(line.arguments.front(), trace_options_of(line));
    auto const s      = workloads::statistics_of(*source);
    if (s.requests == 0)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("{}: error: no request in it, or none in the window",
                                             configs::printable(line.arguments.front()))};
    auto what = Sentences{fmt::format("Format {}. {}.", source->format(), source->description())};
    for (auto const& note : source->notes())
        what.push_back(note + ".");
    auto document = Document{"A trace of requests", {{"", {what, summary_of(s), lengths_of(s)}}}};
    if (s.block_tokens > 0)
        document.sections.push_back(
            {"Tokens of prompts that a cache hits, by how long it keeps blocks that nobody uses", {ttl_of(s)}});
    print_document(line, document, out);
    return configs::Exit::done;
}

} // namespace scribeline::program
