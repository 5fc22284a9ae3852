#include "models/gpu/forms/architecture.hpp"

namespace scribeline::models {

namespace {

// An SM's sums lie in its registers (A100, H100, H200). Blocks of attention over a prompt stay and load ahead of
// themselves (128 queries: two groups of warps with 64 rows each). TensorRT-LLM falls back on kernels of plain lanes
// where a key head has one query head. Measured on an H100 (ai-dynamo/aiconfigurator): almost nothing is found again in
// L2, and large products of 8 bits sustain 72 % of their peak where those of 16 sustain 80 %.
constexpr Architecture registers{"sums in registers", 128, 0, true, 0.12, 0.90, true};

// Sums and scores lie in tensor memory, and two SMs compute a tile together (B200 and later; NVIDIA/cutlass). Attention
// over a prompt has two tiles of 128 queries an SM, one in products while the other is in softmax, and a new block for
// each, which waits for its first read. Measured on a B200 (ai-dynamo/aiconfigurator): caches with one query head per
// key head are as fast as others, the half of L2 that belongs to a die holds what it read before (caches of 55 MB), and
// large products of 8 bits sustain 75 % where those of 16 sustain 80 %. Products of few rows take half a microsecond
// more for each 1024 of k with 16 bits, and a quarter with 8: tiles that are not split along k.
constexpr Architecture tensor_memory{"sums in tensor memory", 256, 1, false, 0.45, 0.94, false};

} // namespace

Architecture const& architecture_of(configs::KernelParams const& kernels)
{
    return kernels.tile_sms > 1 ? tensor_memory : registers;
}

} // namespace scribeline::models
