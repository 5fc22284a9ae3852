#include "models/serving/session_summary.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace scribeline::models {

std::vector<SessionRecord> sessions_of(RequestLog const& log)
{
    auto turns = std::map<std::uint64_t, std::vector<RequestRecord const*>>{};
    for (auto const& record : log)
        turns[record.session].push_back(&record);
    auto sessions = std::vector<SessionRecord>{};
    for (auto& [id, records] : turns) {
        std::sort(records.begin(), records.end(), [](auto const* a, auto const* b) {
            return std::pair{a->arrival, a->id} < std::pair{b->arrival, b->id};
        });
        auto s     = SessionRecord{};
        s.id       = id;
        s.begin    = records.front()->arrival;
        auto until = s.begin; // replies have been counted up to there
        for (auto const* record : records) {
            ++s.turns;
            s.dropped += record->ending != Ending::done;
            s.end = std::max(s.end, record->end);
            if (record->end > until) {
                s.with_model += record->end - std::max(record->arrival, until);
                until = record->end;
            }
            s.tools += record->tools;
            s.tool_queue += record->tool_queue;
            s.person += record->person;
            s.input += record->input;
            s.output += record->made;
            s.found_in_cache += record->found_in_cache;
            s.found_in_tiers += record->found_in_tiers;
            for (std::size_t i = 0; i < phase_count; ++i)
                s.time[i] += record->time[i];
        }
        sessions.push_back(s);
    }
    return sessions;
}

SessionSummary summary_of(std::vector<SessionRecord> const& sessions)
{
    auto s     = SessionSummary{};
    s.sessions = sessions.size();
    if (sessions.empty())
        return s;
    auto duration = std::vector<double>{}, with_model = duration;
    auto begin = never, end = Ticks{0}, tools = end, queue = end, person = end;
    auto turns = std::uint64_t{0}, output = turns;
    auto where = std::array<double, phase_count>{};
    for (auto const& each : sessions) {
        begin = std::min(begin, each.begin);
        end   = std::max(end, each.end);
        duration.push_back(seconds_of(each.duration()).value());
        with_model.push_back(seconds_of(each.with_model).value());
        turns += each.turns;
        output += each.output;
        tools += each.tools;
        queue += each.tool_queue;
        person += each.person;
        for (std::size_t i = 0; i < phase_count; ++i)
            where[i] += seconds_of(each.time[i]).value();
    }
    auto const count = static_cast<double>(sessions.size());
    s.hours          = seconds_of(end - begin).value() / 3600;
    s.turns          = static_cast<double>(turns) / count;
    s.output         = static_cast<double>(output) / count;
    s.tools          = seconds_of(tools).value() / count;
    s.tool_queue     = seconds_of(queue).value() / count;
    s.person         = seconds_of(person).value() / count;
    for (std::size_t i = 0; i < phase_count; ++i)
        s.where[i] = where[i] / count;
    s.duration   = spread_over_requests(std::move(duration));
    s.with_model = spread_over_requests(std::move(with_model));
    return s;
}

} // namespace scribeline::models
