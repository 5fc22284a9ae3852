#include "models/gpu/accelerator.hpp"

#include "configs/failure.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/gpu/forms/stage_work.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

GpuPlan widest_plan(workloads::DecodeStep const& step, configs::Parameters const& p, StepWork const& work)
{
    auto const asked  = [](std::uint32_t wish, std::uint32_t otherwise) { return wish == 0 ? otherwise : wish; };
    auto       best   = GpuPlan{asked(p.gpu.tensor, 1), asked(p.gpu.pipeline, 1)};
    auto       needed = footprint_of_work(best, step, p, work).needed();
    for (auto const tensor : tensor_degrees(step.shape, std::min(p.nvlink.domain, p.gpu.devices), p.gpu.experts)) {
        auto const stages = asked(p.gpu.pipeline, std::min(p.gpu.devices / tensor, step.shape.layers));
        auto const plan   = GpuPlan{tensor, stages};
        if ((p.gpu.tensor != 0 && tensor != p.gpu.tensor) || plan.devices() > p.gpu.devices)
            continue;
        auto const its = footprint_of_work(plan, step, p, work).needed();
        if (its < needed) {
            best   = plan;
            needed = its;
        }
    }
    return best;
}

} // namespace

ChosenGpuPlan choose_gpu_plan(workloads::DecodeStep const& step, configs::Parameters const& p, StepWork const& work)
{
    if (p.gpu.tensor != 0 || p.gpu.pipeline != 0)
        require_possible({std::max(1U, p.gpu.tensor), std::max(1U, p.gpu.pipeline)}, step.shape, p);
    auto const share = sustained_share(p.gpu);
    auto const plan  = fastest_plan(step, p, share, work);
    return {plan ? *plan : widest_plan(step, p, work), share};
}

AcceleratorRun run_on_gpus(workloads::DecodeStep const& step, configs::Parameters const& p, std::uint64_t batch)
{
    auto const chosen = choose_gpu_plan(step, p, StepWork{{{step.context, batch}}, {}, {}});
    return {prefill_on_gpus(step, p, chosen.memory_share, chosen.plan, batch),
            decode_on_gpus(step, p, chosen.memory_share, chosen.plan, batch), chosen.memory_share};
}

} // namespace scribeline::models
