// Measured rows of kernels and all-reduces, and what the models say of them. The committed rows are in
// results/published/gpu.csv; the whole tables they were taken from are used where a folder `shared/reference` is found
// beside the source tree or under the environment variable SCRIBELINE_SHARED.
#pragma once

#include "models/gpu/device.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::tests {

using GpuRow = std::map<std::string, std::string>; // column -> cell

// Of a CSV file with a header. Cells may be quoted.
std::vector<GpuRow> read_rows(std::string const& path);

// results/published/gpu.csv
std::vector<GpuRow> published_gpu_rows();

// A whole table, with the columns of results/published/gpu.csv; nothing when it is not there.
std::optional<std::vector<GpuRow>> whole_gpu_table(std::string const& file);

// Microseconds. Rows of the kinds gpu_gemm, gpu_attention, gpu_prefill_attention and gpu_allreduce.
double modelled_microseconds(GpuRow const&);

// The device of a shipped machine.
models::GpuDevice shipped_gpu(std::string const& machine);

struct Deviation {
    std::size_t rows    = 0;
    double      mean    = 0; // of absolute values, percent
    double      bias    = 0; // mean with sign
    double      largest = 0;
};
// Prints one line: what, rows, mean, bias, largest.
Deviation deviation_of(std::vector<GpuRow> const&, std::string const& what);

} // namespace scribeline::tests
