// The figures of a serving run, as AIPerf defines them: a request at a time, then over all requests that were served.
#pragma once

#include "models/serving/system_outcome.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();
// Of nothing no share and no rate is known.
inline double ratio_or_unknown(double part, double whole) { return whole > 0 ? part / whole : not_known; }

constexpr std::array<double, 5> percentiles{50, 75, 90, 95, 99};
// Of one figure over the requests; NaN where there is none.
struct RequestSpread {
    std::size_t           count = 0;
    double                mean = not_known, most = not_known;
    std::array<double, 5> at{not_known, not_known, not_known, not_known, not_known}; // percentiles
};
// The value of the nearest rank: no percentile is a value that nobody had.
RequestSpread spread_over_requests(std::vector<double> values);

// What a request must keep to count as good.
struct ServiceLevel {
    std::optional<configs::Seconds> first_token, inter_token, latency;
    bool                            empty() const { return !first_token && !inter_token && !latency; }
};
// `ttft=2s,itl=50ms,e2e=30s`, or a preset: voice, chat, coding. Throws configs::TextError.
ServiceLevel parse_service_level(std::string const& text);

// Which requests figures are of. Those at both ends meet a system that is not full yet, or not any more.
struct Counted {
    std::uint64_t                   skip_first = 0, skip_last = 0; // in the order in which they arrived
    std::optional<configs::Seconds> from, until;                   // after the first arrival, before the last one

    bool all() const { return skip_first == 0 && skip_last == 0 && !from && !until; }
};
// `100` requests, or those of a time, such as `30s`. Throws configs::TextError.
Counted parse_counted(std::optional<std::string> const& warm_up, std::optional<std::string> const& drain);

struct ServingSummary {
    std::uint64_t requests = 0, served = 0, dropped = 0;
    std::uint64_t left_out      = 0; // of the run, at both ends: in no other figure here
    std::uint64_t prompt_tokens = 0, output_tokens = 0, found_tokens = 0, preemptions = 0;
    double        seconds   = 0; // from the first arrival to the last end
    double        arriving  = 0; // from the first arrival to the last
    std::uint32_t devices   = 0;
    double        kilowatts = 0; // of all devices by their datasheets; 0: not known

    RequestSpread first_token, inter_token, latency, per_user, queue; // seconds; tokens/s a user

    // Mean seconds of a request in each phase: they add up to the mean latency. NaN where none was served.
    std::array<double, phase_count> where{};

    std::optional<std::uint64_t> good; // requests that kept the service level

    double output_rate() const { return ratio_or_unknown(static_cast<double>(output_tokens), seconds); }
    // Requests arrive so many times as fast as they were served; 1: the system keeps pace. Means nothing in a closed
    // loop, where they arrive when others end.
    double load() const { return ratio_or_unknown(seconds, arriving); }
    double request_rate() const { return ratio_or_unknown(static_cast<double>(served), seconds); }
};

// Latency without the first token, by the tokens behind it; nothing of a request that has one token.
std::optional<double> inter_token_latency(RequestRecord const& record);

ServingSummary summary_of(ServingOutcome const& outcome, ServiceLevel const& level, Counted const& counted = {});

} // namespace scribeline::models
