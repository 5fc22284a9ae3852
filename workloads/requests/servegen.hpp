// Requests of ServeGen's clients: not recorded one by one, but drawn from what was recorded of each client.
//
//     FOLDER/chunk-N-trace.csv      no header; a row for each window: its start (s), requests/s, cv of the gaps between
//                                   arrivals, Gamma or Weibull or nothing, and the shape and scale of that
//     FOLDER/chunk-N-dataset.json   {"window's start (s)": {"input_tokens": "{VALUE: PROBABILITY, ..}",
//                                   "output_tokens": the same}, ..}
//
// The arrivals of a client are a renewal process with gaps of mean one, of the window's family and shape, that runs on
// the integral of the rate. So the rate of each window is kept, which the scales do not do that were fitted beside it.
#pragma once

#include "workloads/requests/trace_row.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace scribeline::workloads {

// Whether the folder has such files.
bool is_servegen(std::string const& folder);

// Throws configs::UserError with the file, and of the CSV files the line, for what is not as above.
std::unique_ptr<RowReader> servegen_rows(std::string const& folder, std::uint64_t seed);

} // namespace scribeline::workloads
