#include "results/files/serve_sessions.hpp"

#include "models/serving/session_summary.hpp"
#include "results/files/sections/sections.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

namespace {

using models::Phase;
using models::ServingOutcome;
using models::SessionRecord;
using models::TierOutcome;

template <class T, class List, class Value> std::vector<T> column(List const& list, Value&& value)
{
    auto result = std::vector<T>{};
    result.reserve(list.size());
    for (auto const& each : list)
        result.push_back(static_cast<T>(value(each)));
    return result;
}

std::uint64_t picoseconds_of(models::Ticks t) { return static_cast<std::uint64_t>(t / models::ticks_per_picosecond); }

} // namespace

void write_sessions(hdf5::Group& root, ServingOutcome const& o)
{
    auto const list    = models::sessions_of(o.log);
    auto       group   = root.group("sessions");
    auto const axis    = group.dimension("session_of_run", list.size());
    auto const storage = sections::column_storage(list.size());
    auto const count   = [&](char const* name, char const* what, char const* unit, auto&& value) {
        group.array(name, column<std::uint64_t>(list, value), {&axis}, {unit, what}, storage);
    };
    auto const time = [&](std::string const& name, std::string const& what, auto&& value) {
        group.array(name, column<std::uint64_t>(list, [&](auto const& s) { return picoseconds_of(value(s)); }), {&axis},
                    {"ps", what}, storage);
    };
    count("number", "as /requests/session has it", "1", [](SessionRecord const& s) { return s.id; });
    count("turns", "requests of it", "1", [](SessionRecord const& s) { return s.turns; });
    count("dropped", "of them, longer than their engine takes", "1", [](SessionRecord const& s) { return s.dropped; });
    time("begin", "when its first turn was asked", [](SessionRecord const& s) { return s.begin; });
    time("end", "when its last reply had ended", [](SessionRecord const& s) { return s.end; });
    time("with_model", "at least one reply under way", [](SessionRecord const& s) { return s.with_model; });
    for (std::size_t i = 0; i < models::phase_count; ++i)
        time(models::name_of(static_cast<Phase>(i)),
             std::string{models::meaning_of(static_cast<Phase>(i))} + " Sum over turns.",
             [i](SessionRecord const& s) { return s.time[i]; });
    time("tools", "tools worked before turns, sum", [](SessionRecord const& s) { return s.tools; });
    time("tool_queue", "they waited for a core, sum", [](SessionRecord const& s) { return s.tool_queue; });
    time("person", "neither, before turns, sum", [](SessionRecord const& s) { return s.person; });
    count("input", "tokens of prompts", "1", [](SessionRecord const& s) { return s.input; });
    count("output", "tokens made", "1", [](SessionRecord const& s) { return s.output; });
    count("found_in_cache", "tokens of prompts found in the KV pool", "1",
          [](SessionRecord const& s) { return s.found_in_cache; });
    count("found_in_tiers", "tokens of prompts that came up from tiers", "1",
          [](SessionRecord const& s) { return s.found_in_tiers; });
}

void write_kv_tiers(hdf5::Group& root, ServingOutcome const& o)
{
    if (o.tiers.empty())
        return;
    auto       group = root.group("kv_tiers");
    auto const axis  = group.dimension("kv_tier", o.tiers.size());
    auto const words = [&](char const* name, char const* what, auto&& value) {
        group.array(name, column<std::string>(o.tiers, value), {&axis}, {"1", what});
    };
    auto const bytes = [&](char const* name, char const* what, auto&& value) {
        group.array(name,
                    column<std::uint64_t>(o.tiers, [&](TierOutcome const& t) { return value(t) * t.block_bytes; }),
                    {&axis}, {"byte", what});
    };
    words("name", "as it was asked for", [](TierOutcome const& t) { return t.name; });
    words("of", "whose: all, or the pool and its replica", [](TierOutcome const& t) { return t.of; });
    bytes("capacity", "for blocks", [](TierOutcome const& t) { return t.blocks; });
    bytes("stored", "at the end", [](TierOutcome const& t) { return t.stored; });
    bytes("written", "put into it", [](TierOutcome const& t) { return t.books.written; });
    bytes("read", "moved up from it to a machine or a faster tier", [](TierOutcome const& t) { return t.books.read; });
    bytes("evicted", "given up for others", [](TierOutcome const& t) { return t.books.evicted; });
    bytes("expired", "older than its time to live", [](TierOutcome const& t) { return t.books.expired; });
    bytes("read_away", "moved up, and not kept", [](TierOutcome const& t) { return t.books.read_away; });
    group.array(
        "parked",
        column<double>(o.tiers,
                       [](TierOutcome const& t) { return t.books.block_seconds * static_cast<double>(t.block_bytes); }),
        {&axis}, {"byte s", "integral of what was stored over time"});
    group.array("busy", column<std::uint64_t>(o.tiers, [](TierOutcome const& t) { return picoseconds_of(t.busy); }),
                {&axis}, {"ps", "time that its memory was occupied, mean over its units"});
}

void write_reuse(hdf5::Group& root, ServingOutcome const& o)
{
    if (o.reuse.empty())
        return;
    auto const for_ever = ~std::uint64_t{0};
    auto       group    = root.group("reuse");
    auto const axis     = group.coordinates(
            "kept", column<std::uint64_t>(o.reuse, [&](auto const& p) { return p.kept.value_or(for_ever); }),
            {"ps", "how long a block is kept behind its last use; the last: for ever"});
    group.array("found", column<double>(o.reuse, [](auto const& p) { return p.share; }), {&axis},
                {"1", "share of prompt tokens that a cache without an end finds"});
}

} // namespace scribeline::results
