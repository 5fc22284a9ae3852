// Steps of machines that are no wafer, as the forms have them: all prompts, or a token of each sequence.
#pragma once

#include "configs/schema/gpu_tables.hpp"
#include "models/gpu/accelerator.hpp"
#include "models/sram/stream_step.hpp"

#include <cstdint>

namespace scribeline::tests {

inline models::StreamMachine stream_machine(configs::Parameters const& p, workloads::DecodeStep const& step)
{
    return configs::applies("sram", p.machine.kind) ? models::sram_rack(p, step) : models::plain_accelerators(p, step);
}

inline models::StepOutcome decode_on_stream(workloads::DecodeStep const& step, configs::Parameters const& p,
                                            std::uint64_t batch)
{
    return models::step_on_stream(stream_machine(p, step), step, p, {{{step.context, batch}}, {}, {}});
}

inline models::StepOutcome prefill_on_stream(workloads::DecodeStep const& step, configs::Parameters const& p,
                                             std::uint64_t batch)
{
    return models::step_on_stream(stream_machine(p, step), step, p, {{}, {}, {{0, step.context, batch}}});
}

inline models::AcceleratorRun run_on_accelerator(workloads::DecodeStep const& step, configs::Parameters const& p,
                                                 std::uint64_t batch)
{
    if (configs::applies("gpu", p.machine.kind))
        return models::run_on_gpus(step, p, batch);
    return {prefill_on_stream(step, p, batch), decode_on_stream(step, p, batch), 1};
}

} // namespace scribeline::tests
