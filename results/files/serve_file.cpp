#include "results/files/serve_file.hpp"

#include "results/files/cost_sections.hpp"
#include "results/files/sections/sections.hpp"
#include "results/files/serve_sessions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Phase;
using models::RequestRecord;
using models::ServingOutcome;

constexpr std::size_t most_windows = 4096;

template <class T, class List, class Value> std::vector<T> column(List const& list, Value&& value)
{
    auto result = std::vector<T>{};
    result.reserve(list.size());
    for (auto const& each : list)
        result.push_back(static_cast<T>(value(each)));
    return result;
}

std::uint64_t picoseconds_of(models::Ticks t) { return static_cast<std::uint64_t>(t / models::ticks_per_picosecond); }

void write_requests(hdf5::Group& root, ServingOutcome const& o)
{
    auto        group   = root.group("requests");
    auto const  axis    = group.dimension("request", o.log.size());
    auto const  storage = sections::column_storage(o.log.size());
    auto const& log     = o.log;
    auto const  count   = [&](char const* name, char const* what, char const* unit, auto&& value) {
        group.array(name, column<std::uint32_t>(log, value), {&axis}, {unit, what}, storage);
    };
    auto const time = [&](std::string const& name, std::string const& what, auto&& value) {
        group.array(name, column<std::uint64_t>(log, [&](auto const& r) { return picoseconds_of(value(r)); }), {&axis},
                    {"ps", what}, storage);
    };
    time("arrival", "when its client asked", [](RequestRecord const& r) { return r.arrival; });
    time("first_token", "when its first token was out; 0: never", [](RequestRecord const& r) { return r.first_token; });
    time("end", "when its last token was out", [](RequestRecord const& r) { return r.end; });
    for (std::size_t i = 0; i < models::phase_count; ++i)
        time(models::name_of(static_cast<Phase>(i)), models::meaning_of(static_cast<Phase>(i)),
             [i](RequestRecord const& r) { return r.time[i]; });
    count("input", "tokens of its prompt", "1", [](RequestRecord const& r) { return r.input; });
    count("output", "tokens that it asked for", "1", [](RequestRecord const& r) { return r.output; });
    count("made", "tokens that it got", "1", [](RequestRecord const& r) { return r.made; });
    count("found_in_cache", "tokens of its prompt that were not computed", "1",
          [](RequestRecord const& r) { return r.found_in_cache; });
    count("found_in_tiers", "tokens of its prompt that came up from tiers", "1",
          [](RequestRecord const& r) { return r.found_in_tiers; });
    group.array("session", column<std::uint64_t>(log, [](RequestRecord const& r) { return r.session; }), {&axis},
                {"1", "session that it is a turn of"}, storage);
    count("turn", "its number in the session", "1", [](RequestRecord const& r) { return r.turn; });
    time("tools", "tools worked before it, behind the last reply that it waited for",
         [](RequestRecord const& r) { return r.tools; });
    time("tool_queue", "they waited for a core", [](RequestRecord const& r) { return r.tool_queue; });
    time("person", "neither, up to its arrival", [](RequestRecord const& r) { return r.person; });
    count("preemptions", "times that it was preempted", "1", [](RequestRecord const& r) { return r.preemptions; });
    count("engine_number", "engine that made its last token, as in /engines", "1",
          [](RequestRecord const& r) { return r.replica; });
    count("dropped", "1: longer than its engine takes", "1",
          [](RequestRecord const& r) { return r.ending == models::Ending::dropped ? 1 : 0; });
}

void write_engines(hdf5::Group& root, ServingOutcome const& o)
{
    auto       group   = root.group("engines");
    auto const axis    = group.dimension("engine_of_system", o.engines.size());
    auto const seconds = models::seconds_of(o.makespan).value();
    auto const number  = [&](char const* name, char const* what, char const* unit, auto&& value) {
        group.array(name, column<double>(o.engines, value), {&axis}, {unit, what});
    };
    auto names = std::vector<std::string>{};
    for (auto const& engine : o.engines)
        names.push_back(o.pools[engine.pool].name);
    group.array("pool", names, {&axis}, {"1", "pool that it belongs to"});
    using Engine = models::EngineOutcome;
    number("machine_time", "its machine computed", "s",
           [](Engine const& e) { return models::seconds_of(e.totals.machine).value(); });
    number("engine_time", "the engine worked between steps", "s",
           [](Engine const& e) { return models::seconds_of(e.totals.engine).value(); });
    number("idle_time", "nothing was to do", "s", [](Engine const& e) { return models::seconds_of(e.idle).value(); });
    number("steps", "of its machine", "1", [](Engine const& e) { return e.totals.steps; });
    number("prompt_tokens", "computed of prompts", "1", [](Engine const& e) { return e.totals.prompt_tokens; });
    number("made_tokens", "made", "1", [](Engine const& e) { return e.totals.made_tokens; });
    number("found_tokens", "of prompts, found in its cache", "1",
           [](Engine const& e) { return e.totals.found_tokens; });
    number("preemptions", "of its requests", "1", [](Engine const& e) { return e.totals.preemptions; });
    number("blocks", "of its KV pool", "1", [](Engine const& e) { return e.blocks; });
    number("most_blocks", "in use at most", "1", [](Engine const& e) { return e.totals.most_blocks; });
    number("mean_blocks", "in use in the mean over the makespan", "1",
           [&](Engine const& e) { return models::ratio_or_unknown(e.totals.block_seconds, seconds); });
    number("mean_running", "requests that ran, in the mean over the makespan", "1",
           [&](Engine const& e) { return models::ratio_or_unknown(e.totals.running_seconds, seconds); });
}

void write_links(hdf5::Group& root, ServingOutcome const& o)
{
    if (o.links.empty())
        return;
    auto       group = root.group("links");
    auto const axis  = group.dimension("link", o.links.size());
    auto       names = std::vector<std::string>{};
    for (auto const& link : o.links)
        names.push_back(link.name);
    group.array("name", names, {&axis}, {"1", "whose way to the network between pools"});
    group.array("bytes", column<std::uint64_t>(o.links, [](auto const& l) { return l.bytes; }), {&axis},
                {"byte", "keys and values that passed"});
    group.array("busy", column<std::uint64_t>(o.links, [](auto const& l) { return picoseconds_of(l.busy); }), {&axis},
                {"ps", "time that it was occupied"});
}

// Requests under way and tokens ended, by windows of the makespan.
void write_timeline(hdf5::Group& root, ServingOutcome const& o)
{
    auto const windows = std::min(most_windows, std::max<std::size_t>(o.log.size(), 1));
    auto const length  = std::max<models::Ticks>(1, o.makespan / static_cast<models::Ticks>(windows) + 1);
    auto const at      = [&](models::Ticks t) { return std::min(windows - 1, static_cast<std::size_t>(t / length)); };
    auto       arrived = std::vector<std::uint32_t>(windows), ended = arrived, started = arrived;
    for (auto const& record : o.log) {
        ++arrived[at(record.arrival)];
        if (record.first_token > 0)
            ++started[at(record.first_token)];
        ++ended[at(record.end)];
    }
    auto starts = std::vector<std::uint64_t>{};
    for (std::size_t i = 0; i < windows; ++i)
        starts.push_back(picoseconds_of(length * static_cast<models::Ticks>(i)));
    auto       group = root.group("timeline");
    auto const axis  = group.coordinates("window", starts, {"ps", "start of the window"});
    group.array("arrived", arrived, {&axis}, {"1", "requests that arrived"});
    group.array("first_tokens", started, {&axis}, {"1", "requests whose first token was out"});
    group.array("ended", ended, {&axis}, {"1", "requests that ended"});
}

void write_summary(hdf5::Group& root, models::ServingSummary const& s)
{
    auto       group  = root.group("summary");
    auto const spread = [&](std::string const& name, models::RequestSpread const& of, char const* unit,
                            char const* what) {
        group.scalar(name + "_mean", of.mean, {unit, fmt::format("{}, mean over requests", what)});
        for (std::size_t i = 0; i < models::percentiles.size(); ++i)
            group.scalar(fmt::format("{}_p{:.0f}", name, models::percentiles[i]), of.at[i],
                         {unit, fmt::format("{}, percentile {:.0f}", what, models::percentiles[i])});
    };
    spread("time_to_first_token", s.first_token, "s", "from asking to the first token");
    spread("inter_token_latency", s.inter_token, "s", "latency without the first token, by the tokens behind it");
    spread("end_to_end_latency", s.latency, "s", "from asking to the last token");
    spread("queue", s.queue, "s", "waiting for a batch");
    group.scalar("requests", static_cast<double>(s.requests), {"1", "requests that began"});
    group.scalar("served", static_cast<double>(s.served), {"1", "requests that were served"});
    group.scalar("dropped", static_cast<double>(s.dropped), {"1", "requests longer than their engine takes"});
    group.scalar("duration", s.seconds, {"s", "from the first arrival to the last end"});
    group.scalar("output_token_throughput", s.output_rate(), {"token/s", "tokens made, by the duration"});
    group.scalar("request_throughput", s.request_rate(), {"1/s", "requests served, by the duration"});
    group.scalar("devices", static_cast<double>(s.devices), {"1", "of all replicas"});
    if (s.good)
        group.scalar("good", static_cast<double>(*s.good), {"1", "requests that kept the service level"});
}

} // namespace

void ServeFile::write(configs::Config const& config, ServingOutcome const& outcome,
                      models::ServingSummary const& summary, models::ServingCosts const& costs)
{
    auto bytes = std::vector<char>{};
    {
        auto file = hdf5::MemoryFile{};
        auto root = file.root();
        root.attribute("Conventions", serve_conventions).attribute("schema_version", serve_schema_version);
        root.attribute("title", outcome.source);
        sections::write_history(root, config, created_);
        write_summary(root, summary);
        write_requests(root, outcome);
        write_engines(root, outcome);
        write_links(root, outcome);
        write_sessions(root, outcome);
        write_kv_tiers(root, outcome);
        write_reuse(root, outcome);
        write_timeline(root, outcome);
        write_costs(root, costs);
        sections::write_parameters(root, config);
        auto meta = sections::write_meta_of_config(root, config, created_);
        meta.attribute("state_hash", fmt::format("{:016x}", outcome.state_hash));
        sections::write_cost(meta, created_);
        bytes = file.image();
    }
    output_.commit(bytes);
}

} // namespace scribeline::results
