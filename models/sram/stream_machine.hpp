// Machines without caches to model: SRAM-only racks, whose schedule is fixed when a program is compiled, and
// accelerators on plain memory. An operator takes what its bytes or its arithmetic take, and a fixed time.
//
//     group of chips that share layer 0 -> group of layer 1 -> ... -> output projection       (sram)
//     accelerator with layers 0..39     -> accelerator with layers 40..79                     (plain)
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/step_outcome.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>

namespace scribeline::models {

// A machine of kind sram or plain, in the same terms.
struct StreamMachine {
    std::uint32_t           devices; // in all
    std::uint32_t           group;   // that share a layer
    std::uint32_t           stages;  // of the pipeline
    configs::Bytes          memory;  // of one device
    configs::BytesPerSecond peak_rate;
    configs::BytesPerSecond rate;       // that products sustain
    configs::FlopsPerSecond arithmetic; // sustained, at the width of the weights
    configs::FlopsPerSecond peak_arithmetic;
    configs::Seconds        operator_fixed;
    configs::BytesPerSecond link_bandwidth;
    configs::Seconds        link_latency;
    configs::Watts          power; // of one device
    configs::Seconds        engine;
};

// Throws configs::UserError (bad_config) when machine.kind is neither sram nor plain, or sram.group leaves layers
// without chips.
StreamMachine stream_machine(configs::Parameters const&, workloads::DecodeStep const&);

// As decode_on_gpus() and prefill_on_gpus() (models/gpu/forms/gpu_step.hpp).
StepOutcome decode_on_stream(workloads::DecodeStep const& step, configs::Parameters const&, std::uint64_t batch);
StepOutcome prefill_on_stream(workloads::DecodeStep const& step, configs::Parameters const&, std::uint64_t batch);

} // namespace scribeline::models
