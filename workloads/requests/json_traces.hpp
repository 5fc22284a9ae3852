// Traces of which each line is a JSON object.
#pragma once

#include "workloads/requests/line_reader.hpp"
#include "workloads/requests/trace_row.hpp"

#include <cstdint>
#include <memory>

namespace scribeline::workloads {

// {timestamp (ms), input_length, output_length, hash_ids, session_id, delay (ms)}; `hash_tokens` is that of one hash,
// 0 the 512 of Mooncake. A row with a session and a delay starts so long after the row of its session before it.
std::unique_ptr<RowReader> mooncake_rows(LineReader lines, std::uint64_t hash_tokens);

// The same with {request_id, wait_for, tool_wait_ms}: `delay`, of which tool_wait_ms is the part that tools took, is
// what passes between the last reply waited for and the request.
std::unique_ptr<RowReader> agentic_mooncake_rows(LineReader lines, std::uint64_t hash_tokens);

// {chat_id, parent_chat_id, timestamp (s), input_length, output_length, turn, hash_ids of 16 tokens}: a row starts at
// its time, and not before its parent's reply.
std::unique_ptr<RowReader> bailian_rows(LineReader lines, std::uint64_t hash_tokens);

// {arrival_time_ns, input_toks, output_toks}, or sessions {session_id, arrival_time_ns, sub_requests: [{input_toks,
// output_toks, tool_duration_ns}]}, in which tool_duration_ns passes behind the reply.
std::unique_ptr<RowReader> llmservingsim_rows(LineReader lines);

} // namespace scribeline::workloads
