// Requests of one session taken together: a task of an agent, a conversation.
//
//     |- turn 0 -|-- tools --|- turn 1 -|queue|- tools -|- turn 2 -|
//     begin                                                    end
//
// Turns of sub-agents run side by side, so the times of the requests may add up to more than the session took; what
// passes while no reply is under way is told of the session itself.
#pragma once

#include "models/serving/request_record.hpp"
#include "models/serving/serving_summary.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace scribeline::models {

struct SessionRecord {
    std::uint64_t id    = 0;
    std::uint32_t turns = 0, dropped = 0;
    Ticks         begin = 0, end = 0;
    Ticks         with_model = 0;                                                // at least one reply under way
    Ticks         tools = 0, tool_queue = 0, person = 0;                         // sums over turns, before them
    std::uint64_t input = 0, output = 0, found_in_cache = 0, found_in_tiers = 0; // tokens

    std::array<Ticks, phase_count> time{}; // sums over turns

    Ticks duration() const { return end - begin; }
    Ticks between() const { return duration() - with_model; } // no reply under way
};

// In the order of their numbers.
std::vector<SessionRecord> sessions_of(RequestLog const& log);

struct SessionSummary {
    std::size_t   sessions = 0;
    double        turns    = not_known; // mean
    double        hours    = 0;         // from the first arrival to the last end
    RequestSpread duration, with_model; // s
    double        tools = not_known, tool_queue = not_known, person = not_known; // mean s of a session, sums over turns
    double        output = not_known;                                            // mean tokens of a session

    std::array<double, phase_count> where{}; // mean s of a session, sums over its turns

    double an_hour() const { return ratio_or_unknown(static_cast<double>(sessions), hours); }
};

SessionSummary summary_of(std::vector<SessionRecord> const& sessions);

} // namespace scribeline::models
