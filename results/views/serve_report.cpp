#include "results/views/serve_report.hpp"

#include "results/views/serve_sessions.hpp"

#include "configs/units/text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::Phase;
using models::RequestSpread;
using models::ServingOutcome;
using models::ServingSummary;

constexpr double milli = 1e3;

Cell milliseconds(double seconds)
{
    auto const ms = seconds * milli;
    return quantity(ms, ms >= 1000 ? fmt::format("{:.0f}", ms) : fmt::format("{:.2f}", ms));
}

Cell rate(double value)
{
    return quantity(value, value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.1f}", value));
}

Cell count(std::uint64_t value) { return quantity(static_cast<double>(value)); }

// NaN, which is shown as unknown, of nothing.
double share(double part, double whole) { return models::ratio_or_unknown(part, whole); }

std::string percent(double of_one) { return fmt::format("{:.1f} %", of_one * 100); }

std::string replicas_of(models::PoolOutcome const& pool)
{
    auto const role = pool.role == models::Role::prefill  ? " take in prompts"
                      : pool.role == models::Role::decode ? " make tokens"
                                                          : "";
    return fmt::format("{} replica{} of {}{}", pool.replicas, pool.replicas == 1 ? "" : "s", pool.machine, role);
}

Table latencies(ServingSummary const& s)
{
    auto table = Table{
        "latencies",
        {{"figure", "1", true}, {"unit", "1", true}, {"mean"}, {"p50"}, {"p75"}, {"p90"}, {"p95"}, {"p99"}, {"max"}},
        {}};
    auto const add = [&](char const* name, char const* unit, RequestSpread const& spread, Cell (*cell)(double)) {
        auto row = std::vector<Cell>{word(name), word(unit), cell(spread.mean)};
        for (auto const value : spread.at)
            row.push_back(cell(value));
        row.push_back(cell(spread.most));
        table.rows.push_back(std::move(row));
    };
    add("time to first token", "ms", s.first_token, &milliseconds);
    add("inter-token latency", "ms", s.inter_token, &milliseconds);
    add("end-to-end latency", "ms", s.latency, &milliseconds);
    add("queue", "ms", s.queue, &milliseconds);
    add("output tokens a user", "1/s", s.per_user, &rate);
    return table;
}

Table throughput(ServingOutcome const& o, ServingSummary const& s, models::ServiceLevel const& level)
{
    auto       table = Table{"throughput", {{"figure", "1", true}, {"value"}, {"unit", "1", true}}, {}};
    auto const add   = [&](std::string const& name, Cell value, char const* unit) {
        table.rows.push_back({word(name), std::move(value), word(unit)});
    };
    add("requests", count(s.requests), "");
    if (s.left_out > 0)
        add("beside them, not counted (--warmup, --drain)", count(s.left_out), "");
    add("served", count(s.served), "");
    add("dropped: longer than an engine takes", count(s.dropped), "");
    add("duration", quantity(s.seconds, fmt::format("{:.3f}", s.seconds)), "s");
    if (!o.closed_loop && s.arriving > 0)
        add("load: arrival over service", quantity(s.load(), fmt::format("{:.2f}", s.load())), "");
    add("request throughput", rate(s.request_rate()), "1/s");
    add("output token throughput", rate(s.output_rate()), "tokens/s");
    add("total token throughput", rate(share(static_cast<double>(s.output_tokens + s.prompt_tokens), s.seconds)),
        "tokens/s");
    add("output token throughput a device", rate(share(s.output_rate(), s.devices)), "tokens/s");
    if (s.kilowatts > 0)
        add("output token throughput a kW of nameplate", rate(s.output_rate() / s.kilowatts), "tokens/s");
    add("prompt tokens found in the cache",
        quantity(share(static_cast<double>(s.found_tokens), static_cast<double>(s.prompt_tokens)),
                 percent(share(static_cast<double>(s.found_tokens), static_cast<double>(s.prompt_tokens)))),
        "");
    add("preemptions", count(s.preemptions), "");
    if (s.good) {
        auto       text = std::string{};
        auto const say  = [&](char const* name, std::optional<configs::Seconds> const& bound) {
            if (bound)
                text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, configs::print(*bound));
        };
        say("first token", level.first_token);
        say("between tokens", level.inter_token);
        say("end to end", level.latency);
        auto const part = share(static_cast<double>(*s.good), static_cast<double>(s.requests));
        add(fmt::format("kept {}", text), quantity(part, percent(part)), "");
        add("goodput", rate(share(static_cast<double>(*s.good), s.seconds)), "1/s");
    }
    return table;
}

Bars where(ServingSummary const& s)
{
    auto bars = Bars{"where_time_went", {}};
    for (std::size_t i = 0; i < models::phase_count; ++i)
        if (s.served > 0)
            bars.bars.push_back({models::name_of(static_cast<Phase>(i)), share(s.where[i], s.latency.mean),
                                 fmt::format("{:.2f} ms", s.where[i] * milli)});
    return bars;
}

Table where_table(ServingSummary const& s)
{
    auto table = Table{"where", {{"phase", "1", true}, {"mean", "ms"}, {"share"}}, {}};
    auto sum   = 0.0;
    for (std::size_t i = 0; i < models::phase_count; ++i) {
        table.rows.push_back({word(models::name_of(static_cast<Phase>(i))), milliseconds(s.where[i]),
                              quantity(share(s.where[i], s.latency.mean), percent(share(s.where[i], s.latency.mean)))});
        sum += s.where[i];
    }
    table.rows.push_back(
        {word("sum"), milliseconds(sum), quantity(share(sum, s.latency.mean), percent(share(sum, s.latency.mean)))});
    return table;
}

Table engines(ServingOutcome const& o)
{
    auto       table = Table{"engines",
                       {{"pool", "1", true},
                              {"replica"},
                              {"machine busy"},
                              {"engine"},
                              {"idle"},
                              {"steps"},
                              {"running, mean"},
                              {"KV blocks, mean"},
                              {"KV blocks, most"},
                              {"preempted"}},
                       {}};
    auto const whole = static_cast<double>(o.makespan);
    for (auto const& engine : o.engines) {
        auto const& t       = engine.totals;
        auto const  of_time = [&](models::Ticks time) {
            auto const part = share(static_cast<double>(time), whole);
            return quantity(part, percent(part));
        };
        auto const of_pool = [&](double blocks) {
            auto const part = share(blocks, static_cast<double>(engine.blocks));
            return quantity(part, percent(part));
        };
        auto const seconds = models::seconds_of(o.makespan).value();
        table.rows.push_back({word(o.pools[engine.pool].name), count(engine.number), of_time(t.machine),
                              of_time(t.engine), of_time(engine.idle), count(t.steps),
                              rate(share(t.running_seconds, seconds)), of_pool(share(t.block_seconds, seconds)),
                              of_pool(static_cast<double>(t.most_blocks)), count(t.preemptions)});
    }
    return table;
}

Table links(ServingOutcome const& o)
{
    auto table = Table{"links", {{"network port of", "1", true}, {"bytes", "byte"}, {"transfers"}, {"busy"}}, {}};
    for (auto const& link : o.links) {
        auto const part = share(static_cast<double>(link.busy), static_cast<double>(o.makespan));
        table.rows.push_back(
            {word(link.name), count(link.bytes), count(link.transfers), quantity(part, percent(part))});
    }
    return table;
}

Table books(ServingOutcome const& o)
{
    auto table =
        Table{"books", {{"of", "1", true}, {"left", "1", true}, {"is"}, {"right", "1", true}, {"equal to"}}, {}};
    for (auto const& entry : o.books.entries)
        table.rows.push_back(
            {word(entry.name), word(entry.left), count(entry.left_value), word(entry.right), count(entry.right_value)});
    return table;
}

// To a picosecond: 20 us, and not what a sum of ticks is in binary.
configs::Seconds told(models::Ticks t)
{
    return configs::Seconds{std::round(models::seconds_of(t).value() * 1e12) / 1e12};
}

Sentences pools(ServingOutcome const& o)
{
    auto lines = Sentences{};
    for (auto const& pool : o.pools) {
        auto const& r = pool.rules;
        lines.push_back(fmt::format("{}: {}.", replicas_of(pool), pool.standing.arrangement));
        lines.push_back(fmt::format(
            "Each: {} tokens and {} requests a step at most, a KV pool of {} blocks of {} token{}; the engine takes {} "
            "a step and {} for each request of it.",
            r.step_tokens, r.sequences, r.pool_blocks, r.block, r.block == 1 ? "" : "s",
            configs::print(told(r.step_overhead)), configs::print(told(r.request_overhead))));
        if (pool.compared > 0)
            lines.push_back(fmt::format(
                "Its steps follow a law learned from {} steps of the machine (fidelity {}); of {} steps taken, "
                "none is off by more than {:.2f} %.",
                pool.evaluations, pool.fidelity, pool.compared, pool.largest_deviation * 100));
    }
    return lines;
}

} // namespace

Document document_of(ServingOutcome const& outcome, ServingSummary const& summary, models::ServiceLevel const& level)
{
    auto document = Document{};
    document.title =
        fmt::format("{}, served by {} device{}", outcome.source, summary.devices, summary.devices == 1 ? "" : "s");
    document.sections.push_back({"", {pools(outcome)}});
    document.sections.push_back({"Latencies of a request", {latencies(summary)}});
    document.sections.push_back({"Throughput", {throughput(outcome, summary, level)}});
    document.sections.push_back({"Where a request's time went, mean", {where(summary), where_table(summary)}});
    for (auto& section : session_sections(outcome))
        document.sections.push_back(std::move(section));
    document.sections.push_back({"What engines did", {engines(outcome)}});
    for (auto& section : tier_sections(outcome))
        document.sections.push_back(std::move(section));
    if (!outcome.links.empty())
        document.sections.push_back({"Keys and values between pools", {links(outcome)}});
    document.sections.push_back({"Books", {books(outcome)}});
    auto last =
        Sentences{fmt::format("{} modules, {} messages between them, {} activations of engines; state hash {:016x}.",
                              outcome.modules, outcome.messages, outcome.wakes, outcome.state_hash)};
    last.insert(last.end(), outcome.notes.begin(), outcome.notes.end());
    document.sections.push_back({"", {std::move(last)}});
    return document;
}

Document document_of_systems(std::string const& source, std::vector<ServedSystem> const& systems,
                             models::ServiceLevel const& level)
{
    auto table = Table{"systems",
                       {{"system", "1", true},
                        {"devices"},
                        {"served"},
                        {"first token, mean", "ms"},
                        {"first token, p99", "ms"},
                        {"between tokens, mean", "ms"},
                        {"between tokens, p99", "ms"},
                        {"end to end, mean", "ms"},
                        {"tokens/s a user, mean"},
                        {"tokens/s"},
                        {"tokens/s a device"},
                        {"tokens/s a kW"}},
                       {}};
    if (!level.empty())
        table.columns.push_back({"kept"});
    auto const p99 = models::percentiles.size() - 1;
    for (auto const& [name, s] : systems) {
        auto row = std::vector<Cell>{word(name),
                                     count(s.devices),
                                     count(s.served),
                                     milliseconds(s.first_token.mean),
                                     milliseconds(s.first_token.at[p99]),
                                     milliseconds(s.inter_token.mean),
                                     milliseconds(s.inter_token.at[p99]),
                                     milliseconds(s.latency.mean),
                                     rate(s.per_user.mean),
                                     rate(s.output_rate()),
                                     rate(share(s.output_rate(), s.devices)),
                                     rate(share(s.output_rate(), s.kilowatts))};
        if (s.good) {
            auto const part = share(static_cast<double>(*s.good), static_cast<double>(s.requests));
            row.push_back(quantity(part, percent(part)));
        }
        table.rows.push_back(std::move(row));
    }
    auto document  = Document{};
    document.title = fmt::format("{}, on {} systems", source, systems.size());
    document.sections.push_back({"", {std::move(table)}});
    return document;
}

} // namespace scribeline::results
