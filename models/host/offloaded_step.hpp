// A step of decoding whose data lies partly behind the accelerator: while a layer computes, what later layers need is
// fetched.
//
//     tier, link   | fetch 0 | fetch 1 | fetch 2 |
//     accelerator            | layer 0 |   | layer 1 |   | layer 2 |
//
// The buffers hold what `prefetch_layers` layers need, beside the one that computes: the fetch for layer l starts when
// layer l - 1 - prefetch_layers has finished. With no prefetch, each layer waits for its own fetch.
#pragma once

#include "models/tlm/bulk_server.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace scribeline::models {

struct TierFetch {
    BulkServer*   tier            = nullptr;
    BulkServer*   link            = nullptr; // PCIe, NVLink-C2C; null: the tier is attached directly
    std::uint64_t bytes_per_layer = 0;
    Traffic       traffic         = Traffic::kv;

    std::optional<std::uint32_t> prefetch_layers{}; // its own; nothing: the step's
};

struct OffloadedStep {
    std::uint32_t          layers            = 0;
    Picoseconds            compute_per_layer = 0; // all that needs no tier
    std::vector<TierFetch> fetches;
    std::uint32_t          prefetch_layers = 1;
};

struct StepTimes {
    Picoseconds   finished = 0;
    Picoseconds   exposed  = 0; // the accelerator waited for a fetch; finished = start + compute + exposed
    std::uint64_t bytes    = 0; // fetched
};

// Data passes tier and link at once: it is there when the later of the two has finished.
StepTimes run_step(OffloadedStep const& step, Picoseconds start);

} // namespace scribeline::models
