// Where scribe lines cut the usable grid of a wafer: along each axis it is shared out evenly among the reticles.
#pragma once

#include <cstdint>

namespace scribeline::configs {

// The first tile of reticle `i` of `reticles` along an axis of `usable` tiles: i * usable / reticles, rounded to the
// nearest, halves up.
constexpr std::uint32_t reticle_boundary(std::uint32_t i, std::uint32_t usable, std::uint32_t reticles)
{
    return static_cast<std::uint32_t>((std::uint64_t{2} * i * usable + reticles) / (std::uint64_t{2} * reticles));
}

// That lie between the tiles a and b of an axis, in either order.
constexpr std::uint32_t scribe_lines(std::uint32_t a, std::uint32_t b, std::uint32_t usable, std::uint32_t reticles)
{
    std::uint32_t const low = a < b ? a : b, high = a < b ? b : a;
    std::uint32_t       lines = 0;
    for (std::uint32_t i = 1; i < reticles; ++i) {
        auto const boundary = reticle_boundary(i, usable, reticles);
        lines += low < boundary && boundary <= high ? 1u : 0u;
    }
    return lines;
}

} // namespace scribeline::configs
