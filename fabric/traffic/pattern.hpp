// Where synthetic traffic goes: the patterns that interconnection networks are compared with (Dally and Towles,
// Principles and Practices of Interconnection Networks, 2004, chapter 3). A node's number is x + columns y.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::fabric {

enum class Pattern : std::uint8_t {
    uniform,        // any node, the sender included
    transpose,      // (x, y) to (y, x)
    bit_complement, // every bit of the number inverted
    tornado,        // ceil(k / 2) - 1 further along each dimension, around its end
    neighbour,      // one further along each dimension, around its end
    hotspot,        // a share of all packets to one node in the middle, the rest uniform
};

char const*                     name_of(Pattern);
char const*                     meaning_of(Pattern); // a clause
std::vector<std::string> const& pattern_names();
// Throws configs::UserError (usage) that names those there are.
Pattern pattern_named(std::string const& name);

// Throws configs::UserError (bad_config) when the mesh has no such pattern: transpose asks for a square, bit_complement
// for a number of nodes that is a power of two.
void require_possible(Pattern pattern, std::uint32_t columns, std::uint32_t rows);

// What is drawn, `random` in [0, 2^64), matters for uniform and hotspot alone.
std::uint32_t destination(Pattern pattern, std::uint32_t node, std::uint32_t columns, std::uint32_t rows,
                          std::uint64_t random, double hotspot_share);

// Mean number of links from a sender to its destination by a shortest way; of every sender alike.
double mean_hops(Pattern pattern, std::uint32_t columns, std::uint32_t rows, bool torus, double hotspot_share);

} // namespace scribeline::fabric
