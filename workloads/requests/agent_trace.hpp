// Recorded sessions of coding agents, a CSV row for each request (made of the traces of callanjfox/kv-cache-tester).
//
//     main 0 --+--> a001 0 -> a001 1 -> .. --+--> main 4 -> main 5 ..
//              +--> a002 0 -> a002 1 -> .. --+
//
// session, agent (`main`, else a sub-agent), turn, t_s (since the session's start; of a sub-agent since its own),
// input_tokens, output_tokens, blocks64 (whole blocks of 64 tokens), cached_prefix_blocks64 (of them, those that an
// earlier request of the session had), api_s (to the end of the reply), think_s (since the agent's last reply).
//
// A sub-agent starts when the reply before it of `main` has ended; the turn of `main` behind sub-agents waits for all
// of them, and its think_s is then their time. Which blocks are alike is rebuilt: the cached ones are those of the
// agent's last request where that has as many, else of another agent's, and what is not cached is new.
#pragma once

#include "workloads/requests/line_reader.hpp"
#include "workloads/requests/trace_row.hpp"

#include <memory>

namespace scribeline::workloads {

std::unique_ptr<RowReader> agent_rows(LineReader lines);

} // namespace scribeline::workloads
