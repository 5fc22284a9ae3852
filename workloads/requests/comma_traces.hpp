// Traces that are CSV files: a header, and a row for each request.
#pragma once

#include "workloads/requests/line_reader.hpp"
#include "workloads/requests/trace.hpp"
#include "workloads/requests/trace_row.hpp"

#include <memory>

namespace scribeline::workloads {

// TIMESTAMP (a date), ContextTokens, GeneratedTokens.
std::unique_ptr<RowReader> azure_rows(LineReader lines);

// Timestamp (s), Model, Request tokens, Response tokens, and perhaps Session ID. A response of no token is a request
// that failed: it is passed over and counted.
std::unique_ptr<RowReader> burstgpt_rows(LineReader lines);

// Columns with the names that `columns` says.
std::unique_ptr<RowReader> column_rows(LineReader lines, TraceColumns const& columns);

} // namespace scribeline::workloads
