// Numbers of tiles and of lanes on a reticle. Both are plain numbers where one calculates with them, but a function
// that takes a tile takes nothing else for one without a word.
#pragma once

#include <cstdint>

namespace scribeline::fabric {

template <class Of> class Id {
  public:
    constexpr explicit Id(std::uint32_t number) : number_{number} {}
    constexpr     operator std::uint32_t() const { return number_; }
    constexpr Id& operator++()
    {
        ++number_;
        return *this;
    }

  private:
    std::uint32_t number_;
};

struct Tile;
struct Lane;
using TileId = Id<Tile>; // of a reticle, row by row
using LaneId = Id<Lane>; // of a tile: a queue for each color and side in

} // namespace scribeline::fabric
