// All HBM stacks of one accelerator, for what moves in bulk: weights, KV cache, activations. A stream is spread over
// every pseudo-channel of every stack, 256 bytes on each in turn, and takes as long as the one with the most.
//
//     HbmMemory memory{hbm_device(HbmGeneration::hbm3, stack_bytes, 5.23e9), 5};
//     Seconds const t = memory.stream(weight_bytes, Traffic::weights);
#pragma once

#include "models/hbm/access_stream.hpp"
#include "models/hbm/timing_table.hpp"
#include "models/hbm/traffic.hpp"

#include <cstdint>
#include <map>
#include <memory>

namespace scribeline::models {

// Of one stack: what long streams of that pattern reach, measured by running the bank model.
configs::BytesPerSecond sustained_bandwidth(HbmDevice const& device, AccessPattern const& pattern = {});

class HbmMemory {
  public:
    // Throws configs::UserError for no stacks, or a device whose timings contradict one another.
    HbmMemory(HbmDevice const& device, std::uint32_t stacks);

    HbmDevice const&        device() const { return device_; }
    std::uint32_t           stacks() const { return stacks_; }
    configs::Bytes          capacity() const { return device_.organisation.capacity() * stacks_; }
    configs::BytesPerSecond peak_bandwidth() const { return device_.peak_bandwidth() * stacks_; }
    configs::BytesPerSecond sustained_bandwidth(AccessPattern const& pattern = {});

    // Time of a stream that has the memory for itself, from the first command to the last data. Nothing is booked.
    configs::Seconds duration(std::uint64_t bytes, AccessPattern const& pattern = {});
    // The same, booked: bytes asked for, and bytes served of what the pseudo-channels moved.
    configs::Seconds stream(std::uint64_t bytes, Traffic traffic, AccessPattern const& pattern = {});

    TrafficBooks const& books() const { return books_; }
    std::uint64_t       bytes_moved() const { return bytes_moved_; } // whole bursts

  private:
    struct Share {
        std::uint64_t most;  // bursts of the fullest pseudo-channel
        std::uint64_t total; // bursts of all
    };
    Share         share(std::uint64_t bytes) const;
    AccessStream& of(AccessPattern const& pattern);

    HbmDevice                                              device_;
    std::uint32_t                                          stacks_;
    std::map<AccessPattern, std::unique_ptr<AccessStream>> streams_;
    TrafficBooks                                           books_;
    std::uint64_t                                          bytes_moved_ = 0;
};

} // namespace scribeline::models
