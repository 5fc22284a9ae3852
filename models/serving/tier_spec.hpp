// A tier of KV blocks below the pools of a serving system, as it is asked for.
//
//     host:512GB                           a name that is known, and the bytes for blocks
//     nvme:30TB,write_back,ttl=3600 s,pin     and policies
#pragma once

#include "models/host/tier_spec.hpp"
#include "models/serving/tier_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

struct KvTierSpec {
    std::string                            name;
    TierSpec                               memory;         // of one: capacity, bandwidths, latencies, units
    std::optional<configs::BytesPerSecond> link;           // of its own, each way, beside the host link of a replica
    bool                                   shared = false; // one for all replicas; else each has one
    TierPolicy                             policy;
};

// A memory that ships (models/host/tier_spec.hpp), or host, cxl, nvme, rack, edge: what stands around an 8-GPU server
// or a wafer; `count` of them side by side. Throws configs::UserError with the names there are.
TierSpec tier_memory(std::string const& name, std::uint32_t count = 1);
bool     is_shared_memory(std::string const& name); // usually one for many replicas

// `write_back`, `write_through`, `move`, `pin`, `prefetch`, `recompute`, `ttl=300 s`, with commas between; the first
// tier writes through where nothing is said, the others write back. Throws configs::TextError.
TierPolicy parse_tier_policy(std::string const& text, bool first);

// `NAME:CAPACITY` and policies. Throws configs::TextError, and configs::UserError for a memory that is none.
KvTierSpec parse_tier(std::string const& text, bool first);

// Throws configs::UserError: a tier smaller than a block, a policy that has nothing to work on, a name given twice.
void require_usable_tiers(std::vector<KvTierSpec> const& tiers, double block_bytes);

} // namespace scribeline::models
