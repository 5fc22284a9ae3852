// Kernels from models/gpu, memory from models/hbm, collectives from models/nvlink; modules and sockets around them.
#include "models/gpu_system.hpp"

#include "configs/failure.hpp"
#include "models/gpu/gpu_step.hpp"
#include "models/gpu/memory_rate.hpp"
#include "models/gpu_system_modules.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/hbm_server.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <type_traits>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::models {

namespace {

std::uint64_t rounded(double value) { return static_cast<std::uint64_t>(std::llround(value)); }

// One run of an operator on one GPU.
GpuKernel kernel_of(StepOperator const& op, double everywhere)
{
    auto const times  = static_cast<double>(op.times);
    auto const own    = times * everywhere;
    auto       kernel = GpuKernel{};
    auto       time   = Seconds{};
    for (std::size_t i = 0; i < step_part_count; ++i)
        if (auto const part = static_cast<StepPart>(i); part != StepPart::collective && part != StepPart::transfer)
            time += op.parts[i];
    kernel.time    = rounded(time.value() / times * 1e12);
    kernel.weights = rounded(op.weights.value() / own);
    kernel.kv      = rounded(op.kv.value() / own);
    kernel.vectors = rounded(op.vectors.value() / own);
    return kernel;
}

// What each stage does, one part of the batch at a time.
std::vector<GpuStage> stages_of(workloads::DecodeStep const& step, StepOutcome const& plain, std::uint64_t batch)
{
    constexpr std::uint64_t activation_bytes = 2; // as models/gpu/gpu_step.cpp has them
    auto const              sequences        = (batch + plain.pipeline - 1) / plain.pipeline;
    auto const              parts            = static_cast<double>(batch) / static_cast<double>(sequences);
    auto const              everywhere       = plain.tensor * parts;
    auto const              vector           = sequences * step.shape.hidden * activation_bytes;

    auto before = std::vector<GpuKernel>{}, layer = before, after = before;
    for (auto const& op : plain.operators) {
        if (op.name == "stage_transfer")
            continue;
        auto       kernel  = kernel_of(op, everywhere);
        auto const reduces = op.parts[static_cast<std::size_t>(StepPart::collective)].value() > 0;
        auto const once    = workloads::find_operator(step.once, op.name);
        if (reduces)
            kernel.reduce = once != nullptr ? sequences * plain.tensor * activation_bytes : vector;
        if (op.name == "kv_from_host") { // of all stages
            after.push_back(kernel);
            continue;
        }
        auto const first = once != nullptr && once->kind == workloads::OperatorKind::embed;
        (first ? before : once != nullptr ? after : layer).push_back(kernel);
    }
    auto stages = std::vector<GpuStage>(plain.pipeline);
    for (std::uint32_t s = 0; s < plain.pipeline; ++s) {
        stages[s].layer    = layer;
        stages[s].layers   = step.shape.layers / plain.pipeline + (s < step.shape.layers % plain.pipeline ? 1 : 0);
        stages[s].transfer = s + 1 < plain.pipeline ? vector : 0;
    }
    stages.front().before = before;
    stages.back().after   = after;
    return stages;
}

// What a process hands to the one that started it.
static_assert(std::is_trivially_copyable_v<GpuSystemRun>);

} // namespace

Books GpuSystemRun::books() const
{
    auto all = hbm;
    all += links;
    Books result;
    for (std::size_t i = 0; i < traffic_kinds; ++i) {
        auto const kind = static_cast<Traffic>(i);
        result.entries.push_back({fmt::format("gpu {}", name_of(kind)), "asked by GPUs", "served by HBM and links",
                                  asked.asked(kind), all.served(kind)});
    }
    return result;
}

GpuSystemRun run_gpu_system(workloads::DecodeStep const& step, configs::Parameters const& p, double sustained_share,
                            GpuPlan const& plan, std::uint64_t batch, GpuSystemOptions const& options)
{
    if (sc_core::sc_get_status() != sc_core::SC_ELABORATION)
        throw configs::SimulationFault{"SystemC has run in this process already, and elaborates once"};
    if (step.kinds.size() > 1)
        throw configs::UserError{configs::Exit::bad_config,
                                 step.shape.name +
                                     ": its layers are of several kinds, and the modules (--modules) run one "
                                     "layer over and over. Leave out --modules"};
    auto const plain  = decode_on_gpus(step, p, sustained_share, plan, batch);
    auto const stages = stages_of(step, plain, batch);
    tlm::tlm_global_quantum::instance().set(time_of(options.quantum));

    auto       memory = HbmMemory{hbm_of(p.gpu), p.gpu.memory_stacks}; // timings alike; each GPU has wires of its own
    auto const within = plan.devices() <= p.nvlink.domain;

    std::vector<std::unique_ptr<HbmServer>>  hbms;
    std::vector<std::unique_ptr<LinkServer>> links;
    std::vector<std::unique_ptr<BulkTarget>> hbm_targets, link_targets;
    std::vector<std::unique_ptr<GpuModule>>  gpus;
    std::vector<std::unique_ptr<Meeting>>    peers, between; // of a stage; of two that follow one another
    for (std::uint32_t s = 0; s < plan.pipeline; ++s) {
        peers.push_back(std::make_unique<Meeting>(plan.tensor));
        between.push_back(std::make_unique<Meeting>(2 * plan.tensor));
    }
    for (std::uint32_t s = 0; s < plan.pipeline; ++s)
        for (std::uint32_t t = 0; t < plan.tensor; ++t) {
            auto const name = [&](char const* what) { return fmt::format("{}_{}", what, s * plan.tensor + t); };
            hbms.push_back(std::make_unique<HbmServer>(memory));
            links.push_back(std::make_unique<LinkServer>(p.nvlink, plan.tensor, within));
            hbm_targets.push_back(std::make_unique<BulkTarget>(name("hbm").c_str(), *hbms.back(), options.probe));
            link_targets.push_back(std::make_unique<BulkTarget>(name("nvlink").c_str(), *links.back(), options.probe));
            gpus.push_back(std::make_unique<GpuModule>(name("gpu").c_str(), stages[s], *peers[s],
                                                       s > 0 ? between[s - 1].get() : nullptr,
                                                       s + 1 < plan.pipeline ? between[s].get() : nullptr));
            gpus.back()->hbm.socket.bind(hbm_targets.back()->socket);
            gpus.back()->link.socket.bind(link_targets.back()->socket);
        }
    sc_core::sc_start();

    GpuSystemRun run;
    for (std::size_t i = 0; i < gpus.size(); ++i) {
        run.time = std::max(run.time, Seconds{static_cast<double>(gpus[i]->finished()) * 1e-12});
        run.hbm_occupied += Seconds{static_cast<double>(hbms[i]->occupied()) * 1e-12};
        run.asked += gpus[i]->hbm.books();
        run.asked += gpus[i]->link.books();
        run.hbm += hbm_targets[i]->books();
        run.links += link_targets[i]->books();
        run.transactions += hbm_targets[i]->transactions() + link_targets[i]->transactions();
    }
    run.books().require_balanced();
    return run;
}

GpuSystemRun run_gpu_system_apart(workloads::DecodeStep const& step, configs::Parameters const& p,
                                  double sustained_share, GpuPlan const& plan, std::uint64_t batch, Picoseconds quantum)
{
    require_possible(plan, step.shape, p); // refused here, where the reason can be told
    int ends[2];
    if (pipe(ends) != 0)
        throw configs::SimulationFault{fmt::format("no pipe to a process of its own: {}", std::strerror(errno))};
    auto const child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        throw configs::SimulationFault{fmt::format("no process of its own: {}", std::strerror(errno))};
    }
    if (child == 0) {
        auto done = false;
        try {
            auto const run = run_gpu_system(step, p, sustained_share, plan, batch, {quantum, nullptr});
            done           = write(ends[1], &run, sizeof run) == static_cast<ssize_t>(sizeof run);
        } catch (std::exception const&) { // the parent says so
        }
        _exit(done ? 0 : 1);
    }
    GpuSystemRun run;
    close(ends[1]);
    auto const got = read(ends[0], &run, sizeof run);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0 || got != static_cast<ssize_t>(sizeof run))
        throw configs::SimulationFault{"the SystemC modules of the GPUs did not run to their end"};
    return run;
}

} // namespace scribeline::models
