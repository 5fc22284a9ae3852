// What kernels of an architecture do that no datasheet says: few constants, each with its source. The laws that they
// stand in are the same for all (docs/gpu.md).
#pragma once

#include "configs/parameters.hpp"

#include <cstdint>

namespace scribeline::models {

struct Architecture {
    char const*   name;
    std::uint64_t prefill_rows;    // queries of a block of threads in attention over a prompt
    double        prefill_start;   // of such a block, before its first product: idle reads of memory
    bool          attention_lanes; // decode attention of one query head per key head goes without tensor cores
    double        l2_reuse;        // of L2 where attention that is measured over and over finds what it read before
    double        share_8;         // of tensor_share, what large products of 8 bits sustain of their own peak
    bool          splits_products; // along k, where there are fewer tiles than SMs
};

// Told by kernels.tile_sms: where two SMs compute a tile together, sums lie in tensor memory.
Architecture const& architecture_of(configs::KernelParams const&);

} // namespace scribeline::models
