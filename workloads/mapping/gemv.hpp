// A matrix-vector product [1, N] x [N, N] alone on a square region, as wafers are measured with.
//
// Column x holds its part of the input, every row the same; the PE at (x, y) the matrix block of that part and of the
// outputs of row y. A local product, and the sum along x: then every PE of a row has the row's outputs.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::workloads {

// Sizes are elements of one PE; what does not divide is padded. Addresses are elements of its SRAM.
struct GemvProgram {
    Program       program;
    std::uint32_t inputs, outputs;       // rows and columns of the PE's matrix block
    std::uint32_t input, matrix, output; // addresses; matrix[i * outputs + j]
    std::uint32_t elements;              // in use
};

// `side` x `side` PEs, the sum in `groups` groups (0: default_groups). Throws configs::UserError (answer_is_no) when
// the block does not fit into a PE's SRAM.
GemvProgram map_gemv(std::uint32_t n, std::uint32_t side, std::uint32_t groups, configs::Parameters const& parameters);

} // namespace scribeline::workloads
