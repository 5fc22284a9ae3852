#include "models/wafer/yield_speed.hpp"

#include "configs/failure.hpp"
#include "configs/sweep/sampling.hpp"
#include "fabric/yield/placement.hpp"
#include "models/wafer/repair_cost.hpp"
#include "models/wafer/simulate.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/settled_widths.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

Outcome regular_mesh(configs::Config config, workloads::DecodeStep const& step, workloads::TokenPlan const& plan)
{
    auto& run    = config.parameters.run;
    run.defects  = "none";
    run.fidelity = configs::Fidelity::automatic;
    run.trace = run.payload           = false;
    config.parameters.workload.prompt = 0;
    return simulate(config, step, plan);
}

} // namespace

YieldSpeed yield_speed(configs::Config const& config, std::uint64_t wafers, std::string const& map)
{
    auto       settled = config;
    auto const shape   = workloads::read_model(config.parameters.workload.model);
    workloads::settle_widths(settled, shape);
    auto const& p     = settled.parameters;
    auto const  step  = workloads::decode_step(shape, p.workload);
    auto const  plan  = workloads::plan_token(step, p);
    auto const  mesh  = regular_mesh(settled, step, plan);
    auto const  lines = line_bundles(step, p, plan);
    auto const  grid  = fabric::physical_grid(p.wafer, p.yield, p.scribe);
    auto const  layer = workloads::schedule_of(p) == configs::Schedule::layer;
    if (!map.empty() && plan.wafers > 1)
        throw configs::UserError{configs::Exit::usage,
                                 fmt::format("--map describes one wafer, and {} needs {}: leave out --model, or --map",
                                             step.shape.name, plan.wafers)};

    auto speed    = YieldSpeed{};
    speed.model   = step.shape.name;
    speed.context = step.context;
    speed.plan =
        fmt::format("{} stage{} of {}x{} PEs on {} wafer{}", plan.stages.size(), plan.stages.size() == 1 ? "" : "s",
                    plan.region.columns, plan.region.rows, plan.wafers, plan.wafers == 1 ? "" : "s");
    speed.fidelity = mesh.fidelity;
    speed.cycles   = mesh.cycles_per_token;
    speed.regular  = mesh.tokens_per_second_per_user;
    speed.machines = std::clamp<std::uint64_t>(wafers / plan.wafers, 1, most_wafers_for_speed);

    auto seeds  = configs::SplitMix64{p.run.seed};
    auto tokens = std::vector<double>{}, added = std::vector<double>{};
    for (std::uint64_t i = 0; i < speed.machines; ++i) {
        std::vector<fabric::LongerHops> longer;
        bool                            good = true;
        for (std::uint32_t w = 0; w < plan.wafers; ++w) {
            auto const defects = map.empty() ? fabric::draw_defects(grid, p.yield, configs::SplitMix64{seeds.next()})
                                             : fabric::read_defects(map, grid);
            good               = good && fabric::repair(grid, defects).repairable;
            if (good)
                longer.push_back(fabric::Placement{grid, defects}.longer_hops(
                    static_cast<std::uint32_t>(p.yield.bypass_latency.count())));
        }
        if (!good) {
            ++speed.refused;
            continue;
        }
        auto const more = repair_cost(lines, longer) * (layer ? step.shape.layers : 1U);
        added.push_back(static_cast<double>(more));
        tokens.push_back(mesh.clock_hz / static_cast<double>(speed.cycles + more));
    }
    if (speed.known()) {
        speed.repaired = spread_of(std::move(tokens));
        speed.added    = spread_of(std::move(added));
    }
    return speed;
}

} // namespace scribeline::models
