#include "models/hbm/hbm_memory.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

configs::BytesPerSecond sustained_bandwidth(HbmDevice const& device, AccessPattern const& pattern)
{
    return AccessStream{device, pattern}.share_of_peak() * device.peak_bandwidth();
}

HbmMemory::HbmMemory(HbmDevice const& device, std::uint32_t stacks) : device_{device}, stacks_{stacks}
{
    require_consistent(device);
    if (stacks < 1 || stacks > 64)
        throw configs::UserError{configs::Exit::bad_config, fmt::format("{} stacks of {} are outside 1 .. 64", stacks,
                                                                        name_of(device.generation))};
}

AccessStream& HbmMemory::of(AccessPattern const& pattern)
{
    auto& stream = streams_[pattern];
    if (!stream)
        stream = std::make_unique<AccessStream>(device_, pattern);
    return *stream;
}

configs::BytesPerSecond HbmMemory::sustained_bandwidth(AccessPattern const& pattern)
{
    return of(pattern).share_of_peak() * peak_bandwidth();
}

// Pieces of 256 bytes (default_digits) go round; the last one may be shorter.
HbmMemory::Share HbmMemory::share(std::uint64_t bytes) const
{
    std::uint64_t const burst = device_.organisation.burst_bytes, per_piece = 8;
    auto const          lanes  = std::uint64_t{stacks_} * device_.organisation.lanes();
    auto const          total  = (bytes + burst - 1) / burst;
    auto const          rounds = total / (lanes * per_piece);
    auto const          rest   = total - rounds * lanes * per_piece;
    return {rounds * per_piece + std::min(rest, per_piece), total};
}

configs::Seconds HbmMemory::duration(std::uint64_t bytes, AccessPattern const& pattern)
{
    return device_.clock.duration(of(pattern).finish(share(bytes).most));
}

configs::Seconds HbmMemory::stream(std::uint64_t bytes, Traffic traffic, AccessPattern const& pattern)
{
    books_.ask(traffic, bytes);
    auto const time  = duration(bytes, pattern);
    auto const moved = share(bytes).total * device_.organisation.burst_bytes;
    bytes_moved_ += moved;
    books_.serve(traffic, std::min(bytes, moved)); // of whole bursts, what was asked for
    return time;
}

} // namespace scribeline::models
