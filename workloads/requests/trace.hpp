// Requests out of a file that others recorded. Which format it has is recognised by its content (docs/traces.md).
//
//     file --> LineReader --> rows of one format --> TraceSource: order, window, rate, sessions --> requests
//
// A file is read once, front to back, a line at a time. What is kept besides is a word for each session and for each
// request that others may wait for.
#pragma once

#include "configs/units/quantity.hpp"
#include "workloads/requests/request.hpp"

#include <cstdint>
#include <iosfwd>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::workloads {

// The columns of a CSV file of which no format is known; `input` and `output` must be given then.
struct TraceColumns {
    std::string      arrival;   // empty: all requests are there from the start
    std::string      input;     // tokens of the prompt
    std::string      output;    // tokens to generate
    std::string      session;   // empty: none
    std::string      tool_time; // before a turn of a session, in the unit of `arrival`; empty: none
    configs::Seconds unit{1};   // of `arrival`
};

// When a later turn of a session starts.
enum class Replay {
    think,    // its tool time after the simulated end of what it waits for
    original, // at its recorded time where the trace has one, and not before what it waits for has ended
};

struct TraceOptions {
    std::string                     format;          // a name out of trace_formats(); empty: recognised by content
    std::optional<std::uint64_t>    limit;           // no more requests than so many
    double                          scale_rate  = 1; // arrivals per second are multiplied by it
    double                          scale_tools = 1; // tool times are multiplied by it
    configs::Seconds                start{0};        // since the trace's first request, before the rate is scaled:
    std::optional<configs::Seconds> end;             // requests from `start` on and before `end`, sessions as a whole
    Replay                          replay       = Replay::think;
    std::uint64_t                   hash_tokens  = 0; // of one hash of the file; 0: as its format has it
    std::uint64_t                   block_tokens = 0; // of Request::blocks, a multiple of that; 0: the same
    std::uint64_t                   seed         = 1; // of ServeGen, which is drawn
    TraceColumns                    columns;          // given: the format is that of a plain CSV file
};

struct TraceFormat {
    char const* name;  // "mooncake"
    char const* what;  // "JSONL: timestamp (ms), input_length, .."
    char const* known; // by which fields it is recognised
};
// In the order in which they are tried.
std::vector<TraceFormat> const& trace_formats();

// The names of the traces that come with the program (workloads/requests/examples), sorted.
std::vector<std::string> shipped_traces();

// A file, a folder of ServeGen, or the name of a shipped trace.
// Throws configs::UserError: no_input (no such file), bad_config (a format that is not known, with the fields that were
// seen; a first row that is wrong), usage (options that contradict each other). Later rows throw from next().
std::unique_ptr<RequestSource> open_trace(std::string const& path, TraceOptions const& options);

// The same of a stream; messages call it `name`. Not for ServeGen, which is a folder.
std::unique_ptr<RequestSource> read_trace(std::unique_ptr<std::istream> stream, std::string const& name,
                                          TraceOptions const& options);

} // namespace scribeline::workloads
