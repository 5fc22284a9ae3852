// What one edge of a reticle sends to the reticle beyond the scribe line during one quantum, in order of sending.
#pragma once

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// A wavelet on its way over the scribe line.
struct Crossing {
    std::uint64_t arrival;  // cycle at which it stands in the queue beyond
    std::uint32_t word;     // payload
    std::uint16_t position; // along the edge, from its west or north end
    std::uint8_t  lane;     // of the receiving tile
    bool          control;
};

// Room for one more wavelet, on its way back.
struct Credit {
    std::uint64_t arrival;
    std::uint16_t position;
    std::uint8_t  lane; // of the tile that gives it
};

struct Parcel {
    std::vector<Crossing> wavelets;
    std::vector<Credit>   credits;

    bool empty() const { return wavelets.empty() && credits.empty(); }
    void clear()
    {
        wavelets.clear();
        credits.clear();
    }
};

} // namespace scribeline::fabric
