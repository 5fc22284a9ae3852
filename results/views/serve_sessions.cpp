#include "results/views/serve_sessions.hpp"

#include "results/views/report_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Phase;
using models::ServingOutcome;
using models::TierOutcome;

constexpr double giga = 1e9;

Cell number(double value) { return quantity(value, fmt::format("{:.1f}", value)); }
Cell count(std::uint64_t value) { return quantity(static_cast<double>(value)); }
Cell share(double part, double whole)
{
    auto const value = models::ratio_or_unknown(part, whole);
    return quantity(value, percent(value));
}
double seconds(models::Ticks t) { return models::seconds_of(t).value(); }

Table sessions(models::SessionSummary const& s)
{
    auto       table = Table{"sessions", {{"figure", "1", true}, {"value"}, {"unit", "1", true}}, {}};
    auto const add   = [&](std::string const& name, Cell value, char const* unit) {
        table.rows.push_back({word(name), std::move(value), word(unit)});
    };
    add("sessions", count(s.sessions), "");
    add("sessions an hour", number(s.an_hour()), "1/h");
    add("turns of a session, mean", number(s.turns), "");
    add("output tokens of a session, mean", number(s.output), "");
    add("from its start to its end, mean", number(s.duration.mean), "s");
    add("from its start to its end, p90", number(s.duration.at[2]), "s");
    add("of that with a reply under way, mean", number(s.with_model.mean), "s");
    for (std::size_t i = 0; i < models::phase_count; ++i)
        add(fmt::format("{}, sum over turns, mean", models::name_of(static_cast<Phase>(i))), number(s.where[i]), "s");
    add("tools work, sum over turns, mean", number(s.tools), "s");
    add("tools wait for a core, sum over turns, mean", number(s.tool_queue), "s");
    add("neither, before a turn, sum over turns, mean", number(s.person), "s");
    return table;
}

Table tools(models::ToolOutcome const& t, models::Ticks makespan)
{
    auto       table = Table{"tools", {{"figure", "1", true}, {"value"}, {"unit", "1", true}}, {}};
    auto const jobs  = static_cast<double>(t.jobs);
    table.rows       = {{word("cores"), count(t.spec.cores), word("")},
                        {word("speed, times that of the recording"), number(t.spec.speed), word("")},
                        {word("jobs"), count(t.jobs), word("")},
                        {word("jobs that waited for a core"), share(static_cast<double>(t.queued_jobs), jobs), word("")},
                        {word("wait of a job, mean"), number(models::ratio_or_unknown(seconds(t.queued), jobs)), word("s")},
                        {word("cores busy, mean"), share(seconds(t.busy), seconds(makespan) * t.spec.cores), word("")},
                        {word("cores busy, most"), count(t.most_busy), word("")}};
    return table;
}

Table tiers(ServingOutcome const& o)
{
    auto       table   = Table{"tiers",
                       {{"tier", "1", true},
                                {"of", "1", true},
                                {"capacity", "GB"},
                                {"mean"},
                                {"most"},
                                {"written", "GB"},
                                {"read", "GB"},
                                {"evicted", "GB"},
                                {"expired", "GB"},
                                {"memory busy"}},
                       {}};
    auto const whole   = seconds(o.makespan);
    auto const of_tier = [&](TierOutcome const& t) {
        auto const bytes  = [&](double blocks) { return number(blocks * static_cast<double>(t.block_bytes) / giga); };
        auto const stored = static_cast<double>(t.blocks);
        auto const some   = [&](std::uint64_t blocks) { return bytes(static_cast<double>(blocks)); };
        table.rows.push_back({word(t.name), word(t.of), some(t.blocks), share(t.books.block_seconds, whole * stored),
                              share(static_cast<double>(t.books.most), stored), some(t.books.written),
                              some(t.books.read), some(t.books.evicted), some(t.books.expired),
                              share(seconds(t.busy), whole)});
    };
    std::for_each(o.tiers.begin(), o.tiers.end(), of_tier);
    return table;
}

Table parked(ServingOutcome const& o)
{
    auto table = Table{"parked", {{"keys and values", "1", true}, {"GB s"}, {"of"}}, {}};
    auto used = 0.0, kept = 0.0;
    for (auto const& engine : o.engines) {
        auto const block = o.pools[engine.pool].block_bytes;
        used += engine.totals.block_seconds * block / giga;
        kept += engine.totals.parked_block_seconds * block / giga;
    }
    auto rows =
        std::vector<std::pair<std::string, double>>{{"KV pools, in use by requests", used}, {"KV pools, parked", kept}};
    auto whole = used + kept;
    for (auto const& tier : o.tiers) {
        auto const amount = tier.books.block_seconds * static_cast<double>(tier.block_bytes) / giga;
        whole += amount;
        auto const name = fmt::format("tier {}, parked", tier.name);
        if (rows.back().first == name)
            rows.back().second += amount;
        else
            rows.emplace_back(name, amount);
    }
    for (auto const& [name, amount] : rows)
        table.rows.push_back({word(name), number(amount), share(amount, whole)});
    return table;
}

Table found(ServingOutcome const& o)
{
    auto prompt = 0.0, cache = 0.0, tier = 0.0;
    for (auto const& record : o.log) {
        if (record.ending != models::Ending::done)
            continue;
        prompt += record.input;
        cache += record.found_in_cache;
        tier += record.found_in_tiers;
    }
    auto table = Table{"found", {{"tokens of prompts", "1", true}, {"share"}}, {}};
    table.rows = {{word("found in the KV pool"), share(cache, prompt)},
                  {word("moved up from tiers"), share(tier, prompt)},
                  {word("computed"), share(prompt - cache - tier, prompt)}};
    return table;
}

Table reuse(ServingOutcome const& o)
{
    auto table = Table{"reuse", {{"a block is kept", "s"}, {"found of prompts"}}, {}};
    for (auto const& point : o.reuse) {
        auto const time = point.kept ? static_cast<double>(*point.kept) * 1e-12 : 0;
        table.rows.push_back({point.kept ? quantity(time, fmt::format("{:.0f} s", time)) : word("for ever"),
                              quantity(point.share, percent(point.share))});
    }
    return table;
}

Table host_links(ServingOutcome const& o)
{
    auto table = Table{"host_links", {{"replica", "1", true}, {"bytes", "GB"}, {"transfers"}, {"busy"}}, {}};
    for (auto const& link : o.host_links) // two ways
        table.rows.push_back({word(link.name), number(static_cast<double>(link.bytes) / giga), count(link.transfers),
                              share(seconds(link.busy), 2 * seconds(o.makespan))});
    return table;
}

} // namespace

std::vector<Section> session_sections(ServingOutcome const& outcome)
{
    auto       sections = std::vector<Section>{};
    auto const all      = models::sessions_of(outcome.log);
    auto const later    = std::any_of(all.begin(), all.end(), [](auto const& s) { return s.turns > 1; });
    if (later)
        sections.push_back({"Sessions: tasks, conversations", {sessions(models::summary_of(all))}});
    if (outcome.tools)
        sections.push_back({"Processors of tools", {tools(*outcome.tools, outcome.makespan)}});
    if (!outcome.reuse.empty())
        sections.push_back(
            {"Tokens of prompts that a cache without an end would find, by how long it keeps blocks that "
             "nobody uses",
             {reuse(outcome)}});
    return sections;
}

std::vector<Section> tier_sections(ServingOutcome const& outcome)
{
    auto sections = std::vector<Section>{};
    if (outcome.tiers.empty())
        return sections;
    sections.push_back(
        {"Tiers of keys and values", {found(outcome), tiers(outcome), host_links(outcome), parked(outcome)}});
    return sections;
}

} // namespace scribeline::results
