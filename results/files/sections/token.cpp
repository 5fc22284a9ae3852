// Where the time of a token went, bar by bar, and the plan that it ran by. Each group is left out when it would be
// empty.
#include "results/files/sections/sections.hpp"
#include "results/views/metrics.hpp"

#include <algorithm>
#include <type_traits>

namespace scribeline::results::sections {

namespace {

// A column: one number or text per row.
template <class Rows, class Of> auto column(Rows const& rows, Of of)
{
    std::vector<std::decay_t<decltype(of(rows.front()))>> values;
    values.reserve(rows.size());
    for (auto const& row : rows) {
        values.push_back(of(row));
    }
    return values;
}

} // namespace

void write_waterfall(hdf5::Group& root, models::Outcome const& outcome)
{
    auto const& bars = outcome.waterfall;
    if (bars.empty()) {
        return;
    }
    auto group = root.group("waterfall");
    mark_plot(root, group, "waterfall", "time", {"."});
    auto const bar = group.dimension("bar", bars.size());
    group.array("name", column(bars, [](auto const& b) { return b.name; }), {&bar}, {"1", "what the time went into"});
    group.array("meaning", column(bars, [](auto const& b) { return b.meaning; }), {&bar}, {"1", "the same, explained"});
    group.array("time", column(bars, [](auto const& b) { return b.time.value(); }), {&bar},
                {"s", "time of this bar; all add up to the time of one output token"});
    group.array("so_far", column(bars, [](auto const& b) { return b.so_far.value(); }), {&bar},
                {"s", "time of this bar and all before it"});
    group.array("tokens_per_second", column(bars, [](auto const& b) { return b.tokens_per_second; }), {&bar},
                {"token/s", "tokens a second for one user if only this bar and those before it took time"});
}

void write_stages(hdf5::Group& root, models::Outcome const& outcome)
{
    auto const& stages = outcome.token.stages;
    if (stages.empty()) {
        return;
    }
    auto       group  = root.group("stages");
    auto const stage  = group.dimension("stage", stages.size());
    auto const number = [&](char const* name, char const* units, char const* long_name, auto of) {
        group.array(name, column(stages, of), {&stage}, {units, long_name});
    };
    number("blocks", "1", "consecutive blocks of the model that the region owns",
           [](auto const& s) { return s.blocks; });
    number("wafer", "1", "number of the wafer", [](auto const& s) { return s.wafer; });
    number("x", "1", "first column of the region on its wafer, from the west", [](auto const& s) { return s.x0; });
    number("y", "1", "first row of the region on its wafer, from the north", [](auto const& s) { return s.y0; });
    number("columns", "1", "columns of PEs of the region", [](auto const& s) { return s.columns; });
    number("rows", "1", "rows of PEs of the region", [](auto const& s) { return s.rows; });
    number("start", "ps", "the token begins here, from the start of the token",
           [&](auto const& s) { return picoseconds(outcome, s.start); });
    number("end", "ps", "the token is done here, from the start of the token",
           [&](auto const& s) { return picoseconds(outcome, s.end); });
    number("start_cycle", "cycle", "start in fabric cycles", [](auto const& s) { return s.start; });
    number("end_cycle", "cycle", "end in fabric cycles", [](auto const& s) { return s.end; });
    number("bytes_per_pe", "byte", "resident on one PE of the region", [](auto const& s) { return s.bytes_per_pe; });
    number("requests", "1", "requests whose KV caches fit; 0: no cache stands here",
           [](auto const& s) { return s.requests; });
}

void write_candidates(hdf5::Group& root, models::Outcome const& outcome)
{
    auto list = outcome.token.candidates;
    if (list.empty()) {
        return;
    }
    auto group = root.group("candidates");
    group.attribute("considered", std::uint64_t{list.size()});
    list.resize(std::min(list.size(), kept_candidates));
    auto const candidate = group.dimension("candidate", list.size());
    auto const number    = [&](char const* name, char const* units, char const* long_name, auto of) {
        group.array(name, column(list, of), {&candidate}, {units, long_name});
    };
    number("verdict", "1", "chosen, or why not", [](auto const& c) { return c.verdict; });
    number("columns", "1", "columns of PEs of a region", [](auto const& c) { return c.columns; });
    number("rows", "1", "rows of PEs of a region", [](auto const& c) { return c.rows; });
    number("stages", "1", "regions that a token passes", [](auto const& c) { return c.stages; });
    number("wafers", "1", "wafers", [](auto const& c) { return c.wafers; });
    number("cycles_per_token", "cycle", "fabric cycles of a token by the closed forms; 0: it does not fit",
           [](auto const& c) { return c.cycles_per_token; });
    number("tokens_per_second", "token/s", "of all requests in flight, by the closed forms",
           [](auto const& c) { return c.tokens_per_second; });
}

} // namespace scribeline::results::sections
