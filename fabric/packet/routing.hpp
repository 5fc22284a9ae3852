// Which way a packet may leave a router, by the rule of its mesh.
//
//     xy, yx       one dimension after the other: one way, no cycle of waiting
//     o1turn       half of the packets xy, half yx, on virtual channels of their own (Seo et al., ISCA 2005)
//     west_first   west before all else, then whichever way is nearer and freer (Glass and Ni, ISCA 1992)
//     adaptive     any shortest way; virtual channel 0 is left to xy, so that whoever waits can escape (Duato, 1993)
//     unsafe       any shortest way on any virtual channel: may deadlock, which is what it is for
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace scribeline::fabric {

enum class Routing : std::uint8_t { xy, yx, o1turn, west_first, adaptive, unsafe };
char const* name_of(Routing);
// Throws configs::UserError (usage) that names those there are.
Routing routing_named(std::string const& name);

// Sides of a router, in the order of the fabric's links; `local` is the processing element.
enum class Side : std::uint8_t { north, east, south, west, local };
constexpr std::uint32_t sides = 5;

constexpr Side opposite(Side side) { return static_cast<Side>((static_cast<std::uint32_t>(side) + 2) % 4); }

struct Place {
    std::uint32_t x = 0, y = 0;
};

// Bit s is set where side s leads to `to` by a shortest way that the rule allows. `late` marks the packets of o1turn
// that take y first. On a torus the shorter way round; east and south where both are as long.
std::uint32_t ways_of(Routing routing, Place at, Place to, bool late, std::uint32_t columns, std::uint32_t rows,
                      bool torus);

// How few links lead from one to the other.
std::uint32_t shortest(Place from, Place to, std::uint32_t columns, std::uint32_t rows, bool torus);

} // namespace scribeline::fabric
