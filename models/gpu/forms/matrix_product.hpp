// Time of C[m,n] = A[m,k] B[k,n] on one GPU: A are activations, B are weights.
//
//      n                       A block of threads computes one tile of C. Tiles run on the SMs in waves; where
//    +----+----+----+----+     there are fewer tiles than SMs, each is split along k and the parts are added.
//  m |tile|    |    |    |     A wave takes as long as its slowest resource: tensor cores, shared memory, the
//    +----+----+----+----+     SM's port to L2, or memory at the rate that the tiles in flight reach.
#pragma once

#include "models/gpu/device.hpp"
#include "models/gpu/forms/kernel_work.hpp"

#include <cstdint>

namespace scribeline::models {

struct MatrixProduct {
    std::uint64_t m = 1, n = 1, k = 1;
    std::uint32_t weight_bits     = 16;
    std::uint32_t activation_bits = 16;    // as they enter the product
    bool          quantise        = false; // activations are brought to activation_bits by kernels of their own before
    double        stored_bits     = 0;     // of a weight with the scale of its block; 0: as weight_bits say
};

struct Tiling {
    std::uint32_t rows = 0, columns = 0; // of a tile
    std::uint32_t splits = 1;            // of k
    std::uint64_t blocks = 0;            // tiles x splits
};

struct MatrixProductTime {
    KernelTime time;
    Tiling     tiling;               // the fastest, as a library's heuristics would choose it
    Bytes      weights, activations; // moved
    Bytes      written;              // of the activations
    Flops      flops;
    KernelWork work; // the same, apart from its time
};

// Sizes of zero are a fault of the caller (SCRIBELINE_EXPECT).
MatrixProductTime matrix_product(GpuDevice const&, MatrixProduct const&, Launch);

} // namespace scribeline::models
