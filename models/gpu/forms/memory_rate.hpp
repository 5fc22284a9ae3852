// What share of its peak the memory of a GPU sustains on long reads, by running the bank model of its HBM.
#pragma once

#include "configs/parameters.hpp"
#include "models/hbm/timings.hpp"

namespace scribeline::models {

// One stack as gpu.memory_kind, memory_stacks, memory and memory_bandwidth describe it: the pin rate follows from the
// bandwidth, the density from the capacity. Throws configs::UserError for a kind that is unknown, or when stacks of
// that kind cannot be such.
HbmDevice hbm_of(configs::GpuParams const&);

// 0 .. 1, of reads or of writes. Some milliseconds of simulation the first time that a process asks about such stacks.
double sustained_share(configs::GpuParams const&, bool write = false);

} // namespace scribeline::models
