// A step of a model as what each GPU of each stage does: kernels by what they ask for, vectors that are added up, what
// goes to the next stage, and what comes from the host or goes there.
#pragma once

#include "models/gpu/forms/kernel_work.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/nvlink/all_reduce.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace scribeline::models {

// An operator on one GPU.
struct GpuOperation {
    StepPart                part = StepPart::vectors; // whose time its kernels' bodies are
    std::vector<KernelWork> kernels;
    configs::Bytes          reduced{}; // the vector that the GPUs of the stage then add up; none: nothing
};

// Bytes of one GPU, for each layer.
struct HostTraffic {
    std::uint64_t weights = 0, kv = 0; // fetched before it
    std::uint64_t kv_left = 0;         // written back behind it
    bool          any() const { return weights + kv + kv_left > 0; }
};

// What the layers of a part of the batch do, and what stands before and behind them.
struct GpuPart {
    std::vector<std::vector<GpuOperation>> kinds; // of layers
    std::vector<GpuOperation>              before, after;
    std::uint64_t                          vector = 0; // bytes from each GPU of a stage to its peer in the next
};

struct GpuProgram {
    std::vector<std::vector<GpuOperation>> kinds;       // of layers
    std::vector<std::uint32_t>             kind_of;     // each layer
    std::vector<std::uint32_t>             first_layer; // of each stage, and one more: the end
    std::vector<GpuOperation>              before, after;
    std::uint64_t                          vector = 0; // bytes from each GPU of a stage to its peer in the next
    std::uint32_t                          passes = 1; // parts of the batch that follow one another
    std::optional<GpuPart>                 last{};     // of them, where it has fewer sequences
    HostTraffic                            host;
    std::optional<Library>                 library{}; // whose all-reduces; nothing: nvlink.all_reduce says which
};

// Of a step as its closed form has counted it (decode_on_gpus, prefill_on_gpus). Of decode one part of the batch, from
// the first stage to the last; of prefill all parts.
GpuProgram gpu_program(workloads::DecodeStep const&, StepOutcome const& form);

} // namespace scribeline::models
