// Pairs of sums that must be equal, counted at different places: the books of whatever ran.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::configs {

struct BookEntry {
    std::string   name;  // "wavelets"
    std::string   left;  // "injected + forked"
    std::string   right; // "delivered + in flight"
    std::uint64_t left_value = 0, right_value = 0;
    bool          balanced() const { return left_value == right_value; }
};

struct Books {
    std::vector<BookEntry> entries;
    bool                   balanced() const;
    // Throws configs::SimulationFault that names each entry that does not balance.
    void require_balanced() const;
};

} // namespace scribeline::configs
