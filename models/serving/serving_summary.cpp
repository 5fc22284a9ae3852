#include "models/serving/serving_summary.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::models {

RequestSpread spread_over_requests(std::vector<double> values)
{
    auto result = RequestSpread{};
    if (values.empty())
        return result;
    std::sort(values.begin(), values.end());
    auto const count = static_cast<double>(values.size());
    result.count     = values.size();
    result.mean      = std::accumulate(values.begin(), values.end(), 0.0) / count;
    result.most      = values.back();
    for (std::size_t i = 0; i < percentiles.size(); ++i) {
        auto const rank = std::max(1.0, std::ceil(percentiles[i] / 100 * count));
        result.at[i]    = values[static_cast<std::size_t>(rank) - 1];
    }
    return result;
}

namespace {

struct Preset {
    char const* name;
    char const* means;
};
// Voice: 400 ms of the 600 to 800 ms to first audio, then 4 tokens a second. Chat: MLPerf-like, 20 tokens a second.
// Coding agents: 60 tokens a second, the first after 10 s.
constexpr Preset presets[] = {
    {"voice", "ttft=400ms,itl=250ms"}, {"chat", "ttft=2s,itl=50ms"}, {"coding", "ttft=10s,itl=16.7ms"}};

} // namespace

ServiceLevel parse_service_level(std::string const& text)
{
    for (auto const& preset : presets)
        if (text == preset.name)
            return parse_service_level(preset.means);
    auto level = ServiceLevel{};
    for (std::size_t at = 0; at <= text.size();) {
        auto const  comma  = std::min(text.find(',', at), text.size());
        auto const  item   = text.substr(at, comma - at);
        auto const  equals = item.find('=');
        auto const  key    = item.substr(0, equals);
        auto* const bound  = key == "ttft"  ? &level.first_token
                             : key == "itl" ? &level.inter_token
                             : key == "e2e" ? &level.latency
                                            : nullptr;
        if (equals == std::string::npos || bound == nullptr)
            throw configs::TextError{
                fmt::format("{}: expected ttft=, itl= or e2e= with a time, such as ttft=2s,itl=50ms, or one of voice, "
                            "chat, coding",
                            configs::shown(item))};
        *bound = configs::parse<configs::Seconds>(item.substr(equals + 1));
        at     = comma + 1;
    }
    return level;
}

std::optional<double> inter_token_latency(RequestRecord const& record)
{
    if (record.made < 2)
        return std::nullopt;
    return seconds_of(record.end - record.first_token).value() / (record.made - 1);
}

namespace {

bool is_good(RequestRecord const& record, ServiceLevel const& level)
{
    auto const keeps = [](double value, std::optional<configs::Seconds> const& bound) {
        return !bound || value <= bound->value();
    };
    return keeps(seconds_of(record.to_first_token()).value(), level.first_token) &&
           keeps(inter_token_latency(record).value_or(0), level.inter_token) &&
           keeps(seconds_of(record.latency()).value(), level.latency);
}

// True of the requests that count, by their place in the log.
std::vector<bool> counted_in(RequestLog const& log, Counted const& counted)
{
    auto counts = std::vector<bool>(log.size(), true);
    if (counted.all() || log.empty())
        return counts;
    auto order = std::vector<std::size_t>(log.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return log[a].arrival < log[b].arrival; });
    auto const begin = log[order.front()].arrival, end = log[order.back()].arrival;
    auto const from  = counted.from ? begin + ticks_of(*counted.from) : begin;
    auto const until = counted.until ? end - ticks_of(*counted.until) : end;
    for (std::size_t i = 0; i < order.size(); ++i) {
        auto const arrival = log[order[i]].arrival;
        counts[order[i]] =
            i >= counted.skip_first && i + counted.skip_last < order.size() && arrival >= from && arrival <= until;
    }
    return counts;
}

} // namespace

Counted parse_counted(std::optional<std::string> const& warm_up, std::optional<std::string> const& drain)
{
    auto       counted = Counted{};
    auto const read    = [](std::string const& text, std::uint64_t& count, std::optional<configs::Seconds>& time) {
        if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos)
            count = configs::parse<std::uint64_t>(text);
        else
            time = configs::parse<configs::Seconds>(text);
    };
    if (warm_up)
        read(*warm_up, counted.skip_first, counted.from);
    if (drain)
        read(*drain, counted.skip_last, counted.until);
    return counted;
}

ServingSummary summary_of(ServingOutcome const& outcome, ServiceLevel const& level, Counted const& counted)
{
    auto s           = ServingSummary{};
    auto first_token = std::vector<double>{}, inter = first_token, latency = first_token, user = first_token,
         queue       = first_token;
    auto       begin = never, end = Ticks{0}, last = end;
    auto       where  = std::array<double, phase_count>{};
    auto       good   = std::uint64_t{0};
    auto const counts = counted_in(outcome.log, counted);
    for (std::size_t i = 0; i < outcome.log.size(); ++i) {
        auto const& record = outcome.log[i];
        if (!counts[i]) {
            ++s.left_out;
            continue;
        }
        ++s.requests;
        begin = std::min(begin, record.arrival);
        end   = std::max(end, record.end);
        last  = std::max(last, record.arrival);
        if (record.ending != Ending::done) {
            ++s.dropped;
            continue;
        }
        ++s.served;
        s.prompt_tokens += record.input;
        s.output_tokens += record.made;
        s.found_tokens += record.found_in_cache;
        s.preemptions += record.preemptions;
        first_token.push_back(seconds_of(record.to_first_token()).value());
        latency.push_back(seconds_of(record.latency()).value());
        queue.push_back(seconds_of(record.of(Phase::queue)).value());
        if (auto const between = inter_token_latency(record); between && *between > 0) {
            inter.push_back(*between);
            user.push_back(1 / *between);
        }
        for (std::size_t phase = 0; phase < phase_count; ++phase)
            where[phase] += seconds_of(record.time[phase]).value();
        good += is_good(record, level);
    }
    if (s.requests > 0) {
        s.seconds  = seconds_of(end - begin).value();
        s.arriving = seconds_of(last - begin).value();
    }
    for (std::size_t i = 0; i < phase_count; ++i)
        s.where[i] = ratio_or_unknown(where[i], static_cast<double>(s.served));
    if (!level.empty())
        s.good = good;
    s.first_token = spread_over_requests(std::move(first_token));
    s.inter_token = spread_over_requests(std::move(inter));
    s.latency     = spread_over_requests(std::move(latency));
    s.per_user    = spread_over_requests(std::move(user));
    s.queue       = spread_over_requests(std::move(queue));
    auto known    = true;
    for (auto const& pool : outcome.pools) {
        s.devices += pool.standing.devices * pool.replicas;
        s.kilowatts += pool.power.value() * pool.replicas / 1e3;
        known = known && pool.power.value() > 0;
    }
    if (!known)
        s.kilowatts = 0;
    return s;
}

} // namespace scribeline::models
