// What a trace determines by itself, before any machine: how long its requests are, when they come, and what a cache of
// prefixes could hit at best.
#pragma once

#include "workloads/requests/request.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace scribeline::workloads {

// Of `count` 0 nothing is known, whatever stands in the rest.
struct Percentiles {
    std::uint64_t count = 0, sum = 0;
    double        mean = 0;
    std::uint64_t p50 = 0, p90 = 0, p99 = 0, most = 0; // the smallest value that such a share does not exceed
};

// The share of prompt tokens that a cache hits which keeps each block for `ttl` picoseconds.
struct TtlPoint {
    std::optional<std::uint64_t> ttl;            // nothing: for ever
    double                       from_reply = 0; // since the end of the last reply that used it
    double                       from_start = 0; // since the start of the last request that used it
};

struct TraceStatistics {
    std::uint64_t requests = 0, sessions = 0;
    std::uint64_t last_arrival = 0; // ps; of sessions their start
    // Between arrivals of what waits for nothing: one gap has a mean, and two have a standard deviation (over the
    // mean).
    std::optional<double> gap_mean, gap_cv; // s; 1
    Percentiles           input, output;    // tokens
    Percentiles           turns;            // of a session
    Percentiles           tool_time;        // ms, of requests that wait for others

    // Blocks as Request::blocks has them: a hit is a block of the prompt that an earlier request had too.
    std::uint64_t         block_tokens = 0; // 0: the trace has none, and all below is empty
    std::uint64_t         blocks = 0, hit_blocks = 0, unique_blocks = 0;
    double                hit_share = 0, hit_token_share = 0; // of blocks, of prompt tokens
    Percentiles           reuse_gap;                          // ms from the last reply that used a block that is hit
    std::vector<TtlPoint> ttl;

    // Where the trace recorded when replies ended: the share of its sessions' time in which at least one reply was
    // under way, and of the token-seconds of KV cache that they hold the share in which no reply used them.
    std::optional<double> serving_share, parked_share;
};

// Reads the source to its end. Takes some 24 bytes a request and 48 a block that no other request has. A request of
// which no start was recorded starts at its arrival, or its tool time after what it waits for; one of which no end was
// recorded ends as it starts.
TraceStatistics statistics_of(RequestSource& source);

} // namespace scribeline::workloads
