// Time of attention on one GPU: decode (one query per sequence against its KV cache) and prefill (causal).
//
// Decode: the pairs (sequence, key head) are divided along the context until every slot of every SM has a block of
// threads; each block streams its share of keys and values, and the parts of a pair are merged at the end.
//
//     sequence 0, head 0   |== block 0 ==|== block 1 ==|== block 2 ==|  -> merge
//     sequence 0, head 1   |== block 3 ==|== block 4 ==|== block 5 ==|  -> merge
#pragma once

#include "models/gpu/device.hpp"
#include "models/gpu/forms/kernel_work.hpp"

#include <cstdint>

namespace scribeline::models {

struct DecodeAttention {
    std::uint64_t batch    = 1;
    std::uint64_t heads    = 1; // of queries, on this GPU
    std::uint64_t kv_heads = 1;
    std::uint32_t head_dim = 128;
    std::uint64_t context  = 1; // tokens attended to, of every sequence
    std::uint32_t kv_bits  = 16;
    // Latent attention: values are the first so many elements of what is cached as a key; 0: they are of their own.
    std::uint32_t values_within = 0;
};

struct AttentionTime {
    KernelTime    time;
    std::uint32_t kernels = 0; // launched
    std::uint64_t splits  = 1; // of the context
    Bytes         kv;          // read
    Flops         flops;
    KernelWork    work; // the same, apart from its time
};

// Launched by itself it comes with the kernels that a library puts around it; in a graph it stands alone.
AttentionTime decode_attention(GpuDevice const&, DecodeAttention const&, Launch);

struct PrefillAttention {
    std::uint64_t batch    = 1;
    std::uint64_t heads    = 1;
    std::uint64_t kv_heads = 1;
    std::uint32_t head_dim = 128;
    std::uint64_t tokens   = 1;  // of every prompt
    std::uint32_t bits     = 16; // of the operands: 8 or 16
    std::uint64_t before   = 0;  // tokens whose keys and values are in the cache already
};
AttentionTime prefill_attention(GpuDevice const&, PrefillAttention const&, Launch);

} // namespace scribeline::models
