// What the PEs of a machine do in so many operations, in numbers that energy goes by: elements through the datapath,
// elements from and to SRAM, cycles of code, wavelets and their hops. They follow from the programs, without a
// simulation; where one is run, its own counters must say the same (the books of a run).
#pragma once

#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::workloads {

struct WorkCounts {
    std::uint64_t multiplies  = 0; // multiply-accumulates; each reads an element of a matrix
    std::uint64_t additions   = 0; // element-wise, and of what arrives in wavelets
    std::uint64_t code_cycles = 0; // set-up, control code, loops of scalar code
    std::uint64_t read        = 0; // elements of vectors and sums, from SRAM
    std::uint64_t written     = 0; // the same, to SRAM
    std::uint64_t injected    = 0; // wavelets that PEs gave to their routers
    std::uint64_t hops        = 0; // from router to router
    std::uint64_t crossings   = 0; // of them, over a scribe line
    std::uint64_t off_wafer   = 0; // bytes to another wafer

    WorkCounts& operator+=(WorkCounts const& other);
};

WorkCounts operator*(WorkCounts counts, std::uint64_t times);

// Of one PE; `per_wavelet` elements make up a wavelet. Hops and crossings depend on where it goes, and are left open.
WorkCounts work_of(Operation const& operation, std::uint32_t per_wavelet);

} // namespace scribeline::workloads
