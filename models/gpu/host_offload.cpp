#include "models/gpu/host_offload.hpp"

#include "models/host/offloaded_step.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

namespace {

using configs::Bytes;
using configs::Seconds;

bool is_tier(std::string const& name) { return name != "none"; }

// Beyond the HBM, with buffers of a share of it, must lie so much that it fits; at most `movable`. Zero: there is no
// way with so many buffers.
Bytes beyond(Bytes missing, double buffered, Bytes movable)
{
    constexpr double page = 1048576; // bytes that are allocated at a time: rounding never leaves it a byte short
    if (buffered >= 1)
        return {};
    auto const pages = std::floor(missing.value() / (1 - buffered) / page) + 1;
    return std::min(Bytes{pages * page}, movable);
}

} // namespace

TierSpec tier_of_one_gpu(configs::Parameters const& p, std::string const& name)
{
    auto       tier  = shipped_tier(name);
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

void offload(Footprint& footprint, configs::Parameters const& p, double layers, Bytes movable)
{
    auto const buffered = [&](std::uint32_t prefetch) { return (1.0 + prefetch) / layers; };
    auto       tried    = footprint;
    if (is_tier(p.gpu.kv_tier) && !tried.fits()) {
        auto const capacity = tier_of_one_gpu(p, p.gpu.kv_tier).capacity;
        auto const share    = buffered(p.gpu.kv_prefetch);
        tried.offloaded     = beyond(tried.missing(), share, std::min(tried.kv, capacity));
        tried.buffers += tried.offloaded * share;
    }
    if (is_tier(p.gpu.weights_tier) && !tried.fits()) {
        auto capacity = tier_of_one_gpu(p, p.gpu.weights_tier).capacity;
        if (p.gpu.weights_tier == p.gpu.kv_tier)
            capacity = capacity - tried.offloaded;
        auto const share        = buffered(p.gpu.weights_prefetch);
        tried.weights_offloaded = beyond(tried.missing(), share, std::min(movable, capacity));
        tried.buffers += tried.weights_offloaded * share;
    }
    if (tried.fits())
        footprint = tried;
}

// PCIe or NVLink-C2C of one GPU, one way. Its latency is part of the tier's.
class HostMemory::Link final : public SingleResource {
  public:
    explicit Link(configs::BytesPerSecond bandwidth) : bandwidth_{bandwidth} {}

  private:
    ServiceTime service(BulkRequest const& request) override
    {
        return {in_picoseconds(Bytes{static_cast<double>(request.bytes)} / bandwidth_), 0};
    }

    configs::BytesPerSecond bandwidth_;
};

// A tier behind the link. Data passes both at once: it is there when the later one has finished.
class HostMemory::Path final : public BulkServer {
  public:
    Path(TierSpec const& spec, std::shared_ptr<Link> link) : tier_{spec}, link_{std::move(link)} {}

    TierSpec const& spec() const { return tier_.spec(); }
    Served          serve(Picoseconds arrival, BulkRequest const& request) override
    {
        auto const read = tier_.serve(arrival, request);
        auto const sent = link_->serve(read.started, request);
        return {read.started, std::max(read.finished, sent.finished)};
    }
    void forget(Picoseconds now) override
    {
        tier_.forget(now);
        link_->forget(now);
    }
    Picoseconds occupied() const override { return tier_.occupied(); }

  private:
    HostTier              tier_;
    std::shared_ptr<Link> link_;
};

HostMemory::Path& HostMemory::path_to(configs::Parameters const& p, std::string const& tier)
{
    for (auto& each : paths_)
        if (each->spec().name == tier)
            return *each;
    paths_.push_back(std::make_shared<Path>(tier_of_one_gpu(p, tier), link_));
    return *paths_.back();
}

HostMemory::HostMemory(Footprint const& footprint, configs::Parameters const& p, std::uint32_t layers)
    : link_{std::make_shared<Link>(p.nvlink.host_link)}
{
    auto const add = [&](Bytes bytes, std::string const& tier, Traffic traffic, std::uint32_t prefetch) {
        if (!(bytes.value() > 0))
            return;
        auto const per_layer = static_cast<std::uint64_t>(std::llround(bytes.value() / layers));
        fetches_.push_back({&path_to(p, tier), per_layer, traffic, prefetch});
    };
    add(footprint.weights_offloaded, p.gpu.weights_tier, Traffic::weights, p.gpu.weights_prefetch);
    add(footprint.offloaded, p.gpu.kv_tier, Traffic::kv, p.gpu.kv_prefetch);
}

Seconds wait_for_host(Footprint const& footprint, configs::Parameters const& p, std::uint32_t layers, Seconds compute)
{
    auto const host = HostMemory{footprint, p, layers};
    if (host.fetches().empty())
        return {};
    auto step = OffloadedStep{};

    step.layers            = layers;
    step.compute_per_layer = in_picoseconds(compute / static_cast<double>(layers));
    for (auto const& each : host.fetches())
        step.fetches.push_back({each.tier, nullptr, each.bytes_per_layer, each.traffic, each.prefetch_layers});
    return Seconds{static_cast<double>(run_step(step, 0).exposed) * 1e-12};
}

Seconds wait_to_write(Footprint const& footprint, configs::Parameters const& p, Seconds compute)
{
    if (!(footprint.offloaded.value() > 0))
        return {};
    auto const rate  = std::min(tier_of_one_gpu(p, p.gpu.kv_tier).write_bandwidth, p.nvlink.host_link);
    auto const write = footprint.offloaded / rate;
    return write > compute ? write - compute : Seconds{};
}

} // namespace scribeline::models
