// Matrix products on a square mesh, every wavelet: role programs and color routes.
//
// A tile of each matrix stands in every PE. Lines are rings (mesh_ring.hpp), and r(p) is the ring index of position p.
//
//     A B      PE (x, y) holds A(y, r(x)) and B(r(y), x), rows of blocks by y and columns by x. First A is aligned: row
//              y shifts it by r(y), the shorter way round. Then, P times, the PE sends its A on along x and its B along
//              y, in the background, and multiplies meanwhile. B lies aligned, as weights can; or is aligned too.
//     A B^T    A stays. B goes along y; each PE multiplies its part of the inner dimension, and the products of a row
//              are added up towards one PE, by chains from both ends of the row. It is another one in each step, so
//              that row y ends with its block j at ring index j - r(y): aligned for the next product.
//
// The first is Cannon's algorithm. Both are as in WaferLLM (OSDI 2025): MeshGEMM and its transposed form.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::workloads {

enum class Alignment : std::uint8_t { none, left, both };

// Sizes of one PE's tiles, elements: m x k times k x n, or for A B^T times the transpose of n x k.
struct MeshTile {
    std::uint32_t m = 1, k = 1, n = 1;
};

// Addresses are elements of a PE's SRAM. Tiles lie in a[0] and b[0] before the first cycle: A column by column, B row
// by row, as the inner dimension goes; and the result in c, m elements to each of n columns.
struct MeshProgram {
    Program       program;
    MeshTile      tile;
    std::uint32_t a[2], b[2], c;
    std::uint32_t partial; // of A B^T
    std::uint32_t elements;
};

// `side` x `side` PEs. Throws configs::UserError (bad_config) where a router has too few colors.
MeshProgram map_mesh_product(std::uint32_t side, MeshTile tile, Alignment alignment,
                             configs::Parameters const& parameters);
MeshProgram map_mesh_scores(std::uint32_t side, MeshTile tile, configs::Parameters const& parameters);

} // namespace scribeline::workloads
