// Which model is asked for which kind of machine.
#include "models/gpu/accelerator.hpp"

#include "configs/failure.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/sram/stream_machine.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

GpuPlan widest_plan(workloads::DecodeStep const& step, configs::Parameters const& p, std::uint64_t batch)
{
    auto const asked  = [](std::uint32_t wish, std::uint32_t otherwise) { return wish == 0 ? otherwise : wish; };
    auto       best   = GpuPlan{asked(p.gpu.tensor, 1), asked(p.gpu.pipeline, 1)};
    auto       needed = footprint_of(best, step, p, batch, step.context).needed();
    for (auto const tensor : tensor_degrees(step.shape, std::min(p.nvlink.domain, p.gpu.devices), p.gpu.experts)) {
        auto const stages = asked(p.gpu.pipeline, std::min(p.gpu.devices / tensor, step.shape.layers));
        auto const plan   = GpuPlan{tensor, stages};
        if ((p.gpu.tensor != 0 && tensor != p.gpu.tensor) || plan.devices() > p.gpu.devices)
            continue;
        auto const its = footprint_of(plan, step, p, batch, step.context).needed();
        if (its < needed) {
            best   = plan;
            needed = its;
        }
    }
    return best;
}

} // namespace

AcceleratorRun run_on_accelerator(workloads::DecodeStep const& step, configs::Parameters const& p, std::uint64_t batch,
                                  std::optional<GpuPlan> plan)
{
    using configs::MachineKind;
    switch (p.machine.kind) {
    case MachineKind::gpu: {
        if (p.gpu.tensor != 0 || p.gpu.pipeline != 0)
            require_possible({std::max(1U, p.gpu.tensor), std::max(1U, p.gpu.pipeline)}, step.shape, p);
        auto const share = sustained_share(p.gpu);
        if (!plan)
            plan = fastest_plan(step, p, share, batch);
        if (!plan)
            plan = widest_plan(step, p, batch);
        return {prefill_on_gpus(step, p, share, *plan, batch), decode_on_gpus(step, p, share, *plan, batch), share};
    }
    case MachineKind::sram:
        return {prefill_on_stream(step, p, batch), decode_on_stream(step, p, batch), p.sram.bandwidth_share.value};
    case MachineKind::plain:
        return {prefill_on_stream(step, p, batch), decode_on_stream(step, p, batch), p.plain.bandwidth_share.value};
    case MachineKind::wafer:
        break;
    }
    throw configs::UserError{configs::Exit::bad_config,
                             "machine.kind = wafer: this machine is a mesh of PEs, not an accelerator with memory. "
                             "Choose one of the kinds gpu, sram, plain"};
}

} // namespace scribeline::models
