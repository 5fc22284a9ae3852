// Kernels from models/gpu, memory from models/hbm, collectives from models/nvlink; modules and sockets around them.
#include "models/gpu/gpu_system.hpp"

#include "configs/failure.hpp"
#include "models/gpu/forms/gpu_step.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/gpu/gpu_system_modules.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/hbm_server.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>

#include <fmt/format.h>

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

    kernel.kv_written      = std::min(kernel.kv, rounded(op.kv_written.value() / own));
    kernel.vectors_written = std::min(kernel.vectors, rounded(op.vectors_written.value() / own));
    return kernel;
}

// That a stage works on at a time.
std::uint64_t sequences_of(StepOutcome const& plain, std::uint64_t batch)
{
    return (batch + plain.pipeline - 1) / plain.pipeline;
}

// What each stage does, one part of the batch at a time.
std::vector<GpuStage> stages_of(workloads::DecodeStep const& step, StepOutcome const& plain, std::uint64_t batch)
{
    constexpr std::uint64_t activation_bytes = 2; // as models/gpu/forms/gpu_step.cpp has them
    auto const              sequences        = sequences_of(plain, batch);
    auto const              parts            = static_cast<double>(batch) / static_cast<double>(sequences);
    auto const              everywhere       = plain.tensor * parts;
    auto const              vector           = sequences * step.shape.hidden * activation_bytes;

    auto before = std::vector<GpuKernel>{}, layer = before, after = before;
    for (auto const& op : plain.operators) {
        if (op.name == "stage_transfer" || op.name == "from_host") // modules do both themselves
            continue;
        auto       kernel  = kernel_of(op, everywhere);
        auto const reduces = op.parts[static_cast<std::size_t>(StepPart::collective)].value() > 0;
        auto const once    = workloads::find_operator(step.once, op.name);
        if (reduces)
            kernel.reduce = once != nullptr ? sequences * plain.tensor * activation_bytes : vector;
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

// A GPU with what it is bound to. Members outlive those that follow them.
struct GpuSet {
    HostMemory                               memory; // of the host, this GPU's share
    HbmServer                                hbm;
    LinkServer                               link;
    std::vector<std::unique_ptr<BulkTarget>> host_targets; // one for each fetch
    std::unique_ptr<BulkTarget>              hbm_target, link_target;
    std::unique_ptr<GpuModule>               gpu;
};

void add(TierRun& tier, BulkTarget const& target)
{
    tier.books += target.books();
    tier.written += target.written();
    tier.latency += target.latency();
    tier.waiting += target.waiting();
    tier.occupied += target.occupied();
    tier.transactions += target.transactions();
}

} // namespace

char const* name_of(GpuTier tier)
{
    constexpr std::array names{"hbm", "nvlink", "host"};
    return names.at(static_cast<std::size_t>(tier));
}

std::uint64_t GpuSystemRun::transactions() const
{
    return std::accumulate(tiers.begin(), tiers.end(), std::uint64_t{0},
                           [](std::uint64_t sum, TierRun const& tier) { return sum + tier.transactions; });
}

Seconds GpuSystemRun::hbm_occupied() const { return Seconds{static_cast<double>(of(GpuTier::hbm).occupied) * 1e-12}; }

Books GpuSystemRun::books() const
{
    auto all = TrafficBooks{};
    for (auto const& tier : tiers)
        all += tier.books;
    Books result;
    for (std::size_t i = 0; i < traffic_kinds; ++i) {
        auto const kind = static_cast<Traffic>(i);
        result.entries.push_back({fmt::format("gpu {}", name_of(kind)), "asked by GPUs",
                                  "served by HBM, links and host", asked.asked(kind), all.served(kind)});
    }
    return result;
}

RecordedGpuSystem run_gpu_system(workloads::DecodeStep const& step, configs::Parameters const& p,
                                 double sustained_share, GpuPlan const& plan, std::uint64_t batch,
                                 GpuSystemOptions const& options)
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
    auto       log    = TransactionLog{options.trace_events};
    auto*      probe  = options.trace_events > 0 ? &log : nullptr;

    // Of its cache, a stage fetches that of the sequences that it works on.
    auto beyond = plain.footprint;

    beyond.offloaded =
        beyond.offloaded * (static_cast<double>(sequences_of(plain, batch)) / static_cast<double>(batch));
    auto const layers = stages.front().layers; // of the fullest

    std::vector<std::unique_ptr<GpuSet>>  sets;
    std::vector<std::unique_ptr<Meeting>> peers, between; // of a stage; of two that follow one another
    for (std::uint32_t s = 0; s < plan.pipeline; ++s) {
        peers.push_back(std::make_unique<Meeting>(plan.tensor));
        between.push_back(std::make_unique<Meeting>(2 * plan.tensor));
    }
    for (std::uint32_t s = 0; s < plan.pipeline; ++s)
        for (std::uint32_t t = 0; t < plan.tensor; ++t) {
            auto const name = [&](std::string const& what) { return fmt::format("{}_{}", what, s * plan.tensor + t); };
            auto const target = [&](std::string const& what, BulkServer& server) {
                if (probe != nullptr)
                    log.connect(name("gpu"), name(what));
                return std::make_unique<BulkTarget>(name(what).c_str(), server, probe);
            };
            sets.push_back(std::unique_ptr<GpuSet>{new GpuSet{HostMemory{beyond, p, layers},
                                                              HbmServer{memory},
                                                              LinkServer{p.nvlink, plan.tensor, within},
                                                              {},
                                                              {},
                                                              {},
                                                              {}}});
            auto& set       = *sets.back();
            set.hbm_target  = target("hbm", set.hbm);
            set.link_target = target("nvlink", set.link);
            set.gpu = std::make_unique<GpuModule>(name("gpu").c_str(), stages[s], set.memory.fetches(), *peers[s],
                                                  s > 0 ? between[s - 1].get() : nullptr,
                                                  s + 1 < plan.pipeline ? between[s].get() : nullptr);
            set.gpu->hbm.socket.bind(set.hbm_target->socket);
            set.gpu->link.socket.bind(set.link_target->socket);
            for (std::size_t i = 0; i < set.memory.fetches().size(); ++i) {
                auto const& fetch = set.memory.fetches()[i];
                set.host_targets.push_back(target(fmt::format("host_{}", name_of(fetch.traffic)), *fetch.tier));
                set.gpu->host[i]->socket.bind(set.host_targets.back()->socket);
            }
        }
    sc_core::sc_start();

    RecordedGpuSystem result;
    auto&             run  = result.run;
    auto const        tier = [&](GpuTier which) -> TierRun& { return run.tiers[static_cast<std::size_t>(which)]; };
    for (auto const& set : sets) {
        run.time = std::max(run.time, Seconds{static_cast<double>(set->gpu->finished()) * 1e-12});
        run.asked += set->gpu->hbm.books();
        run.asked += set->gpu->link.books();
        add(tier(GpuTier::hbm), *set->hbm_target);
        add(tier(GpuTier::nvlink), *set->link_target);
        for (auto const& host : set->gpu->host)
            run.asked += host->books();
        for (auto const& target : set->host_targets)
            add(tier(GpuTier::host), *target);
    }
    run.books().require_balanced();
    result.trace = log.take();
    return result;
}

} // namespace scribeline::models
