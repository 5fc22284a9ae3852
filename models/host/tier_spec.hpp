// A kind of memory behind the accelerators, as data: DRAM channels, CXL memory, NVMe drives, network storage.
//
// A tier has `units` that work side by side (channels, expanders, drives, network cards). A request is cut into pieces
// of `piece` bytes, which the units take in turn. For one unit and n pieces:
//
//     occupied = max(bytes / bandwidth,  n / iops,  n * latency / queue_depth)
//
// The last is Little's law: at most queue_depth pieces are on their way at once. The last byte arrives `latency` later.
#pragma once

#include "configs/units/quantity.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::models {

enum class TierKind : std::uint8_t { dram, cxl, nvme, network };
char const* name_of(TierKind);

struct TierSpec {
    std::string             name;
    TierKind                kind  = TierKind::dram;
    std::uint32_t           units = 1;
    configs::Bytes          capacity;        // of all units
    configs::BytesPerSecond read_bandwidth;  // of all units
    configs::BytesPerSecond write_bandwidth; // of all units
    configs::Seconds        read_latency;    // first byte of one piece, idle
    configs::Seconds        write_latency;
    double                  read_iops   = 0; // pieces a second, of all units; 0: no limit of its own
    double                  write_iops  = 0;
    std::uint32_t           queue_depth = 0;     // pieces on their way per unit; 0: no limit
    std::uint32_t           piece       = 65536; // bytes
    std::string             source;
};

// Throws configs::UserError that names the tier and the value: a bandwidth or a capacity of zero, no units, a negative
// latency, no piece.
void require_usable(TierSpec const& tier);

// Tiers with published figures; capacities are those of a usual server and may be changed.
std::vector<TierSpec> const& shipped_tiers();
// Throws configs::UserError, with the names there are, when `name` is none of them.
TierSpec shipped_tier(std::string_view name);

} // namespace scribeline::models
