// Requests that somebody served and measured, as a case asks for them again.
//
// Files of such cases have columns of their own; which of them a row must fill in depends on its kind:
//
//     served                 machine, input, output, concurrency: fixed lengths, so many requests always under way
//     served_trace           machine, trace: the requests of a file
//     served_disaggregated   machine (of the prompts), decode_machine, input, output, concurrency
//
// A row has one figure, the mean over all requests; rows that differ in nothing but the figure share one run.
#pragma once

#include "models/serving/system_spec.hpp"
#include "workloads/requests/distribution.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace scribeline::models {

inline constexpr std::array served_case_columns{"case_id",
                                                "kind",
                                                "machine",
                                                "decode_machine",
                                                "model",
                                                "engine",
                                                "version",
                                                "replicas",
                                                "decode_replicas",
                                                "input",
                                                "output",
                                                "concurrency",
                                                "requests",
                                                "trace",
                                                "set",
                                                "metric",
                                                "value",
                                                "unit",
                                                "tolerance_percent",
                                                "source"};

struct ServedCase {
    SystemSpec              system; // one pool, or one of prompts and one of tokens
    workloads::Distribution input, output;
    std::uint64_t           requests = 0;
    std::uint64_t           warm_up  = 0; // at the front, of which nothing is counted
    std::string             trace;        // a file; empty: drawn
};

struct MeasuredCase;

struct ServedFigure {
    double      value; // seconds, or tokens a second
    std::string note;  // where the load stands beside what the machines can do
};
// Throws configs::UserError when the machines cannot serve that.
ServedFigure served_figure(MeasuredCase const& measured);

} // namespace scribeline::models
