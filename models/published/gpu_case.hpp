// A kernel, a collective or a step of decode on GPUs, as a case asks for it.
//
// Files of such cases have columns of their own. `kind`, `machine`, `value` and `unit` must be there; of the others,
// those that the kinds in the file need:
//
//     gpu_gemm                                bits, m, n, k; activation_bits, where they differ
//     gpu_attention, gpu_prefill_attention    bits, batch, heads, kv_heads, head_dim, context
//     gpu_allreduce                           library, gpus, bytes
//     gpu_decode, gpu_served                  model, bits, batch, context, gpus
//     gpu_power                               the same, and prompt, seconds, tokens_in, tokens_out
#pragma once

#include "models/nvlink/all_reduce.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace scribeline::models {

inline constexpr std::array gpu_case_columns{"case_id",   "kind",
                                             "machine",   "library",
                                             "model",     "bits",
                                             "m",         "n",
                                             "k",         "batch",
                                             "heads",     "kv_heads",
                                             "head_dim",  "context",
                                             "gpus",      "bytes",
                                             "set",       "value",
                                             "unit",      "tolerance_percent",
                                             "source",    "activation_bits",
                                             "prompt",    "seconds",
                                             "tokens_in", "tokens_out"};

struct GpuCase {
    std::optional<Library> library; // of an all-reduce; of decode, whose all-reduce it used: none is the fastest
    std::uint32_t          bits            = 16; // of weights, or of keys and values
    std::uint32_t          activation_bits = 16; // of a product: below 16 they are quantised by kernels before it
    std::uint64_t          m = 1, n = 1, k = 1;
    std::uint64_t          batch    = 1;
    std::uint64_t          heads    = 1;
    std::uint64_t          kv_heads = 1;
    std::uint32_t          head_dim = 128;
    std::uint64_t          context  = 1;
    std::uint32_t          gpus     = 1; // that share each layer
    std::uint64_t          bytes    = 0;

    // Of a power: what was served in so many seconds, in prompts of so many tokens.
    std::uint64_t prompt = 1, tokens_in = 0, tokens_out = 0;
    double        seconds = 1;
};

struct MeasuredCase;

// Of the kernel, the collective, or a token: by modules, and by its closed form.
struct GpuCaseTime {
    configs::Seconds modules, form;
};
// Throws configs::UserError when the machine cannot do it.
GpuCaseTime gpu_case_time(MeasuredCase const& measured);
// Of one GPU without its server, in the mean over the time: the tokens that were served are taken as they were
// measured, the time that its kernels take from their forms.
configs::Watts gpu_case_power(MeasuredCase const& measured);

} // namespace scribeline::models
