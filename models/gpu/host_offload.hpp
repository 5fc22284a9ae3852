// What the HBM of a GPU has no room for, in memory of the host: keys and values (gpu.kv_tier), weights
// (gpu.weights_tier). How much, and what waiting for it takes.
//
// Every sequence of a batch, and every layer, is read in every step, so it does not matter whose blocks lie where: each
// layer leaves the same share of its cache and of its weights behind, and fetches it while the layers before compute.
//
//     | room                                              |     (1 + prefetch) / layers of what lies beyond is on
//     | stays in HBM              | buffers for fetches   |     its way into the buffers at any time
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/host/host_tier.hpp"
#include "models/host/tier_spec.hpp"
#include "models/tlm/single_resource.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace scribeline::models {

// The share of a tier that one GPU has. Throws configs::UserError where there is no such tier.
TierSpec tier_of_one_gpu(configs::Parameters const&, std::string const& tier);

// Sets what lies beyond, and its buffers, of a GPU with so many layers, as little as makes it fit: keys and values
// first, then weights, of which `movable` belong to layers. Changes nothing where there is no tier, no need, or no way:
// tiers that are too small.
void offload(Footprint& footprint, configs::Parameters const&, double layers, configs::Bytes movable);

// What one GPU asks for, in each layer, and whom.
struct HostFetch {
    BulkServer*   tier = nullptr; // with the link to it
    std::uint64_t bytes_per_layer;
    Traffic       traffic;
    std::uint32_t prefetch_layers;
};

// The tiers of one GPU and its link to the host, at work.
class HostMemory {
  public:
    // For a GPU with so many layers. Tiers that nothing lies in are not there.
    HostMemory(Footprint const& footprint, configs::Parameters const&, std::uint32_t layers);

    std::vector<HostFetch> const& fetches() const { return fetches_; }

  private:
    class Link;
    class Path;
    Path& path_to(configs::Parameters const& p, std::string const& tier);

    std::shared_ptr<Link>              link_;
    std::vector<std::shared_ptr<Path>> paths_; // one for each tier
    std::vector<HostFetch>             fetches_;
};

// Of a token through all stages: what the GPUs wait beyond `compute`, all of which needs no tier.
configs::Seconds wait_for_host(Footprint const& footprint, configs::Parameters const&, std::uint32_t layers,
                               configs::Seconds compute);

// Of a prompt: writing its keys and values back takes longer than computing it by so much.
configs::Seconds wait_to_write(Footprint const& footprint, configs::Parameters const&, configs::Seconds compute);

} // namespace scribeline::models
