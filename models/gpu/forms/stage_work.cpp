#include "models/gpu/forms/stage_work.hpp"

#include "configs/units/whole.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

std::uint64_t share_of_stage(std::uint64_t count, GpuPlan const& plan)
{
    return configs::ceil_divide(count, std::uint64_t{plan.pipeline});
}

} // namespace

std::vector<StageWork> stage_work(StepWork const& work, GpuPlan const& plan)
{
    auto parts = std::vector<StageWork>{};
    auto add   = [&](std::uint64_t count, std::uint64_t tokens, std::uint64_t context, bool prompt) {
        if (count > 0 && tokens > 0)
            parts.push_back({share_of_stage(count, plan), tokens, context, prompt});
    };
    for (auto const& group : work.decode)
        add(group.count, 1, group.context, false);
    for (auto const& group : work.verify)
        add(group.count, group.tokens, group.context, false);
    for (auto const& group : work.prefill)
        add(group.count, group.tokens, group.before + 1, true);
    return parts;
}

std::uint64_t mean_context(StepWork const& work)
{
    auto tokens = std::uint64_t{0};
    for (auto const& group : work.decode)
        tokens += group.count * group.context;
    for (auto const& group : work.verify)
        tokens += group.count * (group.context + group.tokens - 1);
    for (auto const& group : work.prefill)
        tokens += group.count * (group.before + group.tokens);
    return configs::ceil_divide(tokens, std::max<std::uint64_t>(work.sequences(), 1));
}

Footprint footprint_of_work(GpuPlan const& plan, workloads::DecodeStep const& step, configs::Parameters const& p,
                            StepWork const& work)
{
    return footprint_of(plan, step, p, work.sequences(), mean_context(work));
}

} // namespace scribeline::models
