// Machines without caches to model: SRAM-only racks, whose schedule is fixed when a program is compiled, and
// accelerators on plain memory. An operator takes what its bytes or its arithmetic take, and a fixed time.
//
//     group of chips that share layer 0 -> group of layer 1 -> ... -> output projection       (sram)
//     accelerator with layers 0..39     -> accelerator with layers 40..79                     (plain)
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/machine.hpp"
#include "models/sram/stream_program.hpp"
#include "workloads/decode_step.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

// A rack of SRAM-only chips, or accelerators on plain memory, in the same terms.
struct StreamMachine {
    std::uint32_t           devices = 1; // in all
    std::uint32_t           group   = 1; // that share a layer
    std::uint32_t           stages  = 1; // of the pipeline
    configs::Bytes          memory;      // of one device
    configs::BytesPerSecond peak_rate;
    double                  sustained = 1; // share of the peak that products reach
    configs::FlopsPerSecond arithmetic;    // sustained, at the width of the weights
    configs::FlopsPerSecond peak_arithmetic;
    configs::Seconds        operator_fixed;
    configs::BytesPerSecond link_bandwidth;
    configs::Seconds        link_latency;
    configs::Watts          power; // of one device

    configs::BytesPerSecond rate() const { return peak_rate * sustained; }
};

// Throws configs::UserError (bad_config) when sram.group leaves layers without chips.
StreamMachine sram_rack(configs::Parameters const&, workloads::DecodeStep const&);
StreamMachine plain_accelerators(configs::Parameters const&, workloads::DecodeStep const&);

// Any work. Sequences that decode or check are one pass; prompts follow, each group by itself: a schedule is compiled
// for work that is alike. Work without any group is a fault of the caller.
struct StreamStep {
    StepOutcome                form;     // closed forms of it all
    std::vector<StreamProgram> programs; // one after another: what the modules run
};
StreamStep count_on_stream(StreamMachine const&, workloads::DecodeStep const& step, configs::Parameters const&,
                           StepWork const& work);
// The form alone.
StepOutcome step_on_stream(StreamMachine const&, workloads::DecodeStep const& step, configs::Parameters const&,
                           StepWork const& work);

} // namespace scribeline::models
