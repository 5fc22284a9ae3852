#include "workloads/mapping/plan_under.hpp"

#include "configs/does_not_fit.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/tiling.hpp"

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

bool is_table(TokenPlan const& plan, std::size_t stage)
{
    return plan.wafer_tables && (stage == 0 || stage + 1 == plan.stages.size());
}

// The first unit of each stage, by the blocks that stand there.
Cuts cuts_of(TokenPlan const& plan, Tiling const& tiling)
{
    auto cuts = Cuts{};
    auto unit = std::uint32_t{0};
    for (std::size_t s = 0; s < plan.stages.size(); ++s) {
        if (is_table(plan, s))
            continue;
        cuts.push_back(unit);
        for (std::size_t blocks = plan.stages[s].blocks.size(); blocks > 0; ++unit)
            blocks -= tiling.units().at(unit).blocks;
    }
    return cuts;
}

} // namespace

TokenPlan plan_under(TokenPlan plan, DecodeStep const& step, configs::Parameters const& p)
{
    if (schedule_of(p) == configs::Schedule::layer)
        return plan_token(step, p); // one layer on the region that was asked for
    auto const   tables = !plan.wafer_tables ? TablePlace::regions
                          : plan.wafers == 1 ? TablePlace::one_wafer
                                             : TablePlace::two_wafers;
    Tiling const tiling{step, p, plan.region, tables};
    auto const&  memory = tiling.memory();
    for (std::size_t s = 0; s < plan.stages.size(); ++s) {
        auto& stage = plan.stages[s];
        if (is_table(plan, s))
            continue;
        stage.bytes_per_pe = memory.bytes(stage.blocks, 1);
        stage.requests     = memory.requests(stage.blocks);
        if (stage.bytes_per_pe > memory.capacity())
            throw configs::DoesNotFit{
                fmt::format("{} with {} vectors at {} tokens does not fit the regions that it was planned on: {} on "
                            "{}x{} PEs needs {:.0f} bytes a PE, and there are {:.0f}",
                            step.shape.name, vectors_of_step(p.workload), step.context, describe(stage.blocks),
                            stage.region.columns, stage.region.rows, stage.bytes_per_pe, memory.capacity()),
                stage.bytes_per_pe, memory.capacity()};
    }
    auto const speed = tiling.speed(cuts_of(plan, tiling));
    plan.requests    = speed.requests;
    plan.candidates  = {{plan.region, static_cast<std::uint32_t>(plan.stages.size()), plan.wafers, speed.cycles,
                         speed.tokens_per_second, "chosen"}};
    return plan;
}

} // namespace scribeline::workloads
