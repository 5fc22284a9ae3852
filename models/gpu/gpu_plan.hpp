// Which GPU holds what: tensor parallelism cuts every layer, a pipeline cuts the layers into stages.
//
//     tensor = 4, pipeline = 2         heads, the columns of qkv and gate_up, and the rows of out_proj and down are
//     +----+----+----+----+            divided among the GPUs of a stage; each stage has some of the layers
//     |    layers 0..39   |  stage 0
//     +----+----+----+----+
//     |    layers 40..79  |  stage 1
//     +----+----+----+----+
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/step_outcome.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

struct GpuPlan {
    std::uint32_t tensor   = 1;
    std::uint32_t pipeline = 1;

    std::uint32_t devices() const { return tensor * pipeline; }
};

// Degrees of tensor parallelism that divide the model's heads and feed-forward, and its key heads or are a multiple of
// them (which are then held more than once), up to `most`. Experts that are whole are divided by their number.
// Ascending; 1 is always among them.
std::vector<std::uint32_t> tensor_degrees(workloads::ModelShape const&, std::uint32_t most,
                                          configs::Experts experts = configs::Experts::sliced);

// Throws configs::UserError (bad_config) that says why, and which degrees there are, when `plan` cuts the model where
// it cannot be cut, wants more GPUs than gpu.devices, or reaches beyond the NVLink domain.
void require_possible(GpuPlan const& plan, workloads::ModelShape const&, configs::Parameters const&);

// Key heads on one GPU, of so many.
std::uint32_t kv_heads_of_one(GpuPlan const&, std::uint32_t kv_heads);

// Of the fullest GPU. Every sequence of the batch holds `context` tokens.
Footprint footprint_of(GpuPlan const&, workloads::DecodeStep const&, configs::Parameters const&, std::uint64_t batch,
                       std::uint64_t context);

} // namespace scribeline::models
