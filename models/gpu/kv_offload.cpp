#include "models/gpu/kv_offload.hpp"

#include "models/host/host_tier.hpp"
#include "models/host/offloaded_step.hpp"
#include "models/tlm/single_resource.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

namespace {

Picoseconds in_picoseconds(configs::Seconds s) { return static_cast<Picoseconds>(std::llround(s.value() * 1e12)); }

// PCIe or NVLink-C2C of one GPU, one way. Its latency is part of the tier's.
class HostLink final : public SingleResource {
  public:
    explicit HostLink(configs::BytesPerSecond bandwidth) : bandwidth_{bandwidth} {}

  private:
    ServiceTime service(BulkRequest const& request) override
    {
        return {in_picoseconds(configs::Bytes{static_cast<double>(request.bytes)} / bandwidth_), 0};
    }

    configs::BytesPerSecond bandwidth_;
};

bool has_tier(configs::Parameters const& p) { return p.gpu.kv_tier != "none"; }

} // namespace

TierSpec tier_of_one_gpu(configs::Parameters const& p)
{
    auto       tier  = shipped_tier(p.gpu.kv_tier);
    auto const share = 1.0 / p.gpu.host_gpus;
    // All GPUs of a host fetch at once: each has its share of every unit.
    tier.capacity        = tier.capacity * share;
    tier.read_bandwidth  = tier.read_bandwidth * share;
    tier.write_bandwidth = tier.write_bandwidth * share;
    tier.read_iops *= share;
    tier.write_iops *= share;
    if (tier.queue_depth > 0)
        tier.queue_depth = std::max(1U, tier.queue_depth / p.gpu.host_gpus);
    return tier;
}

void offload(Footprint& footprint, configs::Parameters const& p, double layers)
{
    if (!has_tier(p) || footprint.fits())
        return;
    auto const buffered = (1.0 + p.gpu.kv_prefetch) / layers; // of what lies beyond
    if (buffered >= 1)
        return;
    constexpr double page   = 1048576; // bytes that are allocated at a time: rounding never leaves it a byte short
    auto const       pages  = std::floor(footprint.missing().value() / (1 - buffered) / page) + 1;
    auto const       beyond = configs::Bytes{pages * page};
    if (beyond > footprint.kv || beyond > tier_of_one_gpu(p).capacity)
        return;
    footprint.offloaded = beyond;
    footprint.buffers   = beyond * buffered;
}

configs::Seconds wait_for_host(Footprint const& footprint, configs::Parameters const& p, std::uint32_t layers,
                               configs::Seconds compute)
{
    if (!(footprint.offloaded.value() > 0))
        return {};
    auto tier = HostTier{tier_of_one_gpu(p)};
    auto link = HostLink{p.nvlink.host_link};
    auto step = OffloadedStep{};

    step.layers            = layers;
    step.compute_per_layer = in_picoseconds(compute / static_cast<double>(layers));
    step.prefetch_layers   = p.gpu.kv_prefetch;
    auto const per_layer   = static_cast<std::uint64_t>(std::llround(footprint.offloaded.value() / layers));
    step.fetches.push_back({&tier, &link, per_layer, Traffic::kv});
    return configs::Seconds{static_cast<double>(run_step(step, 0).exposed) * 1e-12};
}

configs::Seconds wait_to_write(Footprint const& footprint, configs::Parameters const& p, configs::Seconds compute)
{
    if (!(footprint.offloaded.value() > 0))
        return {};
    auto const rate  = std::min(tier_of_one_gpu(p).write_bandwidth, p.nvlink.host_link);
    auto const write = footprint.offloaded / rate;
    return write > compute ? write - compute : configs::Seconds{};
}

} // namespace scribeline::models
