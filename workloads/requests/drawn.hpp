// Requests that nobody recorded: lengths, arrivals and sessions drawn from distributions.
//
//     |<- shared prompt ->|<- input ->|<- output ->|<- growth ->|<- output ->|<- growth ->| ..
//     |------- turn 0 --------------->|            |            |
//     |------- turn 1 ----------------------------------------->|    tool time before each turn but the first
//
// The prompt of a turn is that of the turn before, its reply, and what the tool or the person added. Its blocks are
// therefore those of the turn before and some more, and begin with the blocks of the shared prompt.
#pragma once

#include "workloads/requests/distribution.hpp"
#include "workloads/requests/request.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace scribeline::workloads {

struct DrawnSessions {
    Distribution  turns     = fixed(1);
    Distribution  growth    = fixed(1);                // tokens that come to the prompt before each turn but the first
    Distribution  tool_time = fixed(0);                // seconds before each turn but the first
    std::uint64_t longest   = std::uint64_t{1} << 40U; // a session ends before a prompt and its reply exceed it
};

struct DrawnWorkload {
    Distribution                 input  = fixed(1024); // tokens behind the shared prompt, of a session's first turn
    Distribution                 output = fixed(256);
    Arrivals                     arrivals; // of sessions; those of one turn are plain requests
    std::optional<std::uint64_t> count;    // sessions; at least one of `count` and `duration` is given
    std::optional<double>        duration; // seconds in which sessions arrive
    std::uint64_t                seed = 1;
    DrawnSessions                sessions;
    std::uint64_t                shared_prompt  = 0; // tokens in front of every prompt
    std::uint64_t                shared_prompts = 1; // different ones, of which each session has one, all alike often
    std::uint64_t                block_tokens   = 0; // of Request::blocks; 0: without blocks
};

// The turns of a session follow each other in the source. Throws configs::UserError (usage) for a workload that has no
// end, or that has numbers which are none.
std::unique_ptr<RequestSource> draw_requests(DrawnWorkload const& workload);

// The lengths of a trace, to draw from: its rows, of more than `most` those that a seed chooses, each as likely.
std::shared_ptr<LengthRows const> lengths_of(RequestSource& trace, std::uint64_t seed = 1,
                                             std::uint64_t most = 1'000'000);
Distribution                      inputs_of(std::shared_ptr<LengthRows const> rows);
Distribution                      outputs_of(std::shared_ptr<LengthRows const> rows);

} // namespace scribeline::workloads
