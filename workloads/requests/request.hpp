// One request of a served model, and where requests come from: a trace file or draws.
//
//     trace file --> recognised by its content --> rows --+
//                                                         +--> RequestSource --> router, engines
//     lengths, arrivals, seed --------------> draws ------+
//
// Requests come one at a time in the order of their arrivals, so a trace of gigabytes needs no more memory than one
// row.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::workloads {

// A part of the prompt that other requests may share: `hash` stands for these tokens and all before them, as the
// chained block hashes of an engine do. What is left of a prompt behind its whole blocks may have a shorter block or
// none.
struct PromptBlock {
    std::uint64_t hash = 0;
};

// Lengths are tokens. Times are picoseconds.
struct Request {
    std::uint64_t            id      = 0; // counted from 0 in the order of the source
    std::uint64_t            arrival = 0; // since the start of the source; of a later turn: see `waits_for`
    std::uint64_t            input   = 0; // tokens of the prompt, at least 1
    std::uint64_t            output  = 0; // tokens to generate, at least 1
    std::vector<PromptBlock> blocks;      // of `block_tokens` tokens each, in order; none: nothing is shared

    // Sessions: a later turn starts `tool_time` after all that it waits for have ended, and not before `arrival`.
    std::uint64_t              session = 0; // requests of no session have one of their own
    std::uint64_t              turn    = 0; // counted from 0 within the session
    std::vector<std::uint64_t> waits_for;   // ids, each smaller than this one's
    std::uint64_t              tool_time   = 0;
    std::uint64_t              person_time = 0; // of it, the part in which no tool works: a person, or nobody knows

    // When it was recorded: no simulation needs it, what a trace says of itself does.
    std::optional<std::uint64_t> recorded_start;   // since the start of its session, or of the source without sessions
    std::optional<std::uint64_t> recorded_service; // from there to the end of its reply
};

class RequestSource {
  public:
    RequestSource()                                = default;
    RequestSource(RequestSource const&)            = delete;
    RequestSource& operator=(RequestSource const&) = delete;
    virtual ~RequestSource()                       = default;

    // Writes the next request, by arrival; false when there is none. Throws configs::UserError with file, row, field
    // and value for a row that is wrong.
    virtual bool next(Request&) = 0;

    virtual std::string   format() const { return "drawn"; } // "mooncake": the name of a trace's format
    virtual std::uint64_t block_tokens() const = 0;          // tokens of a PromptBlock; 0: no request has any
    virtual std::string   description() const  = 0;          // in a clause: "12,031 requests of conversation.jsonl"

    // What was done to rows so far that a reader of results must know: "27 replies of no token count as one".
    virtual std::vector<std::string> notes() const { return {}; }
};

} // namespace scribeline::workloads
