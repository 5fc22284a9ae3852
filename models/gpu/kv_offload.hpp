// Keys and values that the HBM has no room for, in memory of the host (gpu.kv_tier): how many, and what waiting for
// them takes.
//
// Every sequence of a batch is read in every step, so it does not matter whose blocks lie where: each layer leaves the
// same share of its cache behind, and fetches it while the layers before compute.
//
//     | room for keys and values                          |     (1 + prefetch) / layers of what lies beyond is on
//     | stays in HBM              | buffers for fetches   |     its way into the buffers at any time
#pragma once

#include "configs/parameters.hpp"
#include "models/gpu/step_outcome.hpp"
#include "models/host/tier_spec.hpp"

#include <cstdint>

namespace scribeline::models {

// The share of gpu.kv_tier that one GPU has. Throws configs::UserError where there is no such tier.
TierSpec tier_of_one_gpu(configs::Parameters const&);

// Sets `offloaded` and `buffers` of a GPU with so many layers, as little as makes it fit. Changes nothing where there
// is no tier, no need, or no way: weights that do not fit, a tier that is too small.
void offload(Footprint& footprint, configs::Parameters const&, double layers);

// Of a token through all stages: what the GPUs wait beyond `compute`, all of which needs no tier.
configs::Seconds wait_for_host(Footprint const& footprint, configs::Parameters const&, std::uint32_t layers,
                               configs::Seconds compute);

// Of a prompt: writing it back takes longer than computing it by so much.
configs::Seconds wait_to_write(Footprint const& footprint, configs::Parameters const&, configs::Seconds compute);

} // namespace scribeline::models
