// What the modules of a GPU system did: bytes by target and kind, waits, transfers.
#pragma once

#include "models/gpu/gpu_system_state.hpp"
#include "models/hbm/traffic.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/latency_histogram.hpp"

#include <array>
#include <cstdint>

namespace scribeline::models {

// `nvlink`: ports of the switch, and of the network between switches.
enum class GpuTier : std::uint8_t { hbm, nvlink, host, dies };
constexpr std::size_t gpu_tiers = 4;
char const*           name_of(GpuTier);

// All targets of a kind together.
struct TierRun {
    TrafficBooks     books, written; // all transfers; those that write
    LatencyHistogram latency;        // from asking to the last byte
    LatencyHistogram waiting;        // until the resource was free
    Picoseconds      occupied     = 0;
    std::uint64_t    transactions = 0;

    void     add(BulkTarget const& target);
    TierRun& operator+=(TierRun const& other);
    TierRun& operator-=(TierRun const& other); // of what was there before
};

struct GpuTotals {
    TrafficBooks                   asked; // by the GPUs; what came back is in its `served`
    std::array<TierRun, gpu_tiers> tiers;

    TierRun&       of(GpuTier tier) { return tiers[static_cast<std::size_t>(tier)]; }
    TierRun const& of(GpuTier tier) const { return tiers[static_cast<std::size_t>(tier)]; }
    std::uint64_t  transactions() const;
    Books          books() const; // what GPUs asked for, targets served

    GpuTotals& operator+=(GpuTotals const& other);
    GpuTotals& operator-=(GpuTotals const& other);
};

// So many times the same.
GpuTotals times(GpuTotals const& totals, std::uint64_t count);

} // namespace scribeline::models
