// A step of decode on GPUs as SystemC modules joined by TLM-2.0 sockets, loosely timed.
//
//     gpu 0 --hbm--> hbm 0          A GPU is a thread that walks through the kernels of its layers. Each kernel asks
//     its gpu 0 --link--> nvlink 0      HBM for weights, keys and values, and vectors, and ends when both its own time
//     (by gpu 1 --hbm--> hbm 1          models/gpu) and the last byte are over. Partial sums meet: all GPUs of a stage
//     wait gpu 1 --link--> nvlink 1      for one another, then their links take what the collective takes.
//
// Weights, keys and values that lie in the host's memory come over sockets of their own, layers ahead.
//
// The time is that of models/gpu where the banks of the HBM keep up with every kernel, and longer where they do not:
// tests/invariant/models_gpu_system.cpp says within what bound. GPUs meet at the kernel's own time, and share no
// memory, so the global quantum changes nothing at all.
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/gpu_plan.hpp"
#include "models/hbm/traffic.hpp"
#include "models/host/latency_histogram.hpp"
#include "models/tlm/transaction_log.hpp"
#include "workloads/decode_step.hpp"

#include <array>
#include <cstdint>

namespace scribeline::models {

enum class GpuTier : std::uint8_t { hbm, nvlink, host };
constexpr std::size_t gpu_tiers = 3;
char const*           name_of(GpuTier);

// All targets of a kind together.
struct TierRun {
    TrafficBooks     books, written; // all transfers; those that write
    LatencyHistogram latency;        // from asking to the last byte
    LatencyHistogram waiting;        // until the resource was free
    Picoseconds      occupied     = 0;
    std::uint64_t    transactions = 0;
};

struct GpuSystemRun {
    configs::Seconds               time;  // until the last GPU has finished
    TrafficBooks                   asked; // by the GPUs; what came back is in its `served`
    std::array<TierRun, gpu_tiers> tiers;

    TierRun const&   of(GpuTier tier) const { return tiers[static_cast<std::size_t>(tier)]; }
    std::uint64_t    transactions() const;
    configs::Seconds hbm_occupied() const; // of all HBM together

    Books books() const; // what GPUs asked for, targets served
};

struct GpuSystemOptions {
    Picoseconds   quantum      = 1'000'000; // 1 us
    std::uint64_t trace_events = 0;         // transfers that are kept
};

struct RecordedGpuSystem {
    GpuSystemRun     run;
    TransactionTrace trace;
};

// Of one part of the batch, as decode_on_gpus() times it. Throws configs::UserError as that does. SystemC elaborates
// once per process: the second call in one throws configs::SimulationFault.
RecordedGpuSystem run_gpu_system(workloads::DecodeStep const& step, configs::Parameters const&, double sustained_share,
                                 GpuPlan const&, std::uint64_t batch, GpuSystemOptions const& options = {});

// The same in a process of its own, any number of times. Throws configs::SimulationFault when it fails.
RecordedGpuSystem run_gpu_system_apart(workloads::DecodeStep const& step, configs::Parameters const&,
                                       double sustained_share, GpuPlan const&, std::uint64_t batch,
                                       GpuSystemOptions const& options = {});

} // namespace scribeline::models
