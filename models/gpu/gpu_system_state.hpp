// What the modules of a GPU system share while it runs.
#pragma once

#include "models/gpu/gpu_program.hpp"
#include "models/tlm/picoseconds.hpp"

#include "configs/parameters.hpp"

#include <array>
#include <exception>

namespace scribeline::models {

using PartTimes = std::array<Picoseconds, step_part_count>;

struct GpuSystemState {
    explicit GpuSystemState(configs::Parameters const& parameters) : p{parameters} {}

    configs::Parameters const& p;
    std::uint32_t              tensor  = 1;
    std::uint64_t              piece   = 0;     // bytes that a GPU asks its HBM for at once, at most
    std::uint64_t              packet  = 0;     // the same of its port; 0: any number, where nobody else sends
    bool                       shared  = false; // others ask as well: nobody asks ahead of the kernel's time
    bool                       within  = true;  // all GPUs are in one NVLink domain
    bool                       repeats = false; // kernels that are known need not be run again (GpuModule)
    GpuProgram const*          program = nullptr;
    std::uint32_t              running = 0; // GPUs that have not finished
    std::uint32_t              busy    = 0; // GPUs at work, and not waiting for the stage before
    std::exception_ptr         failure;     // the first one

    void fail() { failure = failure ? failure : std::current_exception(); }
};

} // namespace scribeline::models
