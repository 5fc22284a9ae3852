// Time of an all-reduce over GPUs of one NVLink domain, by algorithm. n GPUs add up vectors of b bytes.
//
// clang-format off
//   one_shot       every GPU writes its vector to the n - 1 others, then adds locally   (n-1) b out     1 exchange
//   one_shot_pull  flags, every GPU reads n - 1 vectors, flags                          (n-1) b in      2 exchanges
//   two_shot       reduce-scatter by reading, all-gather by reading                     2 (n-1)/n b     3 exchanges, fence
//   ring           a library's ring: half of each word is flag (short messages), a      2 (n-1)/n b     2 (n-1) steps
//                  sixteenth of each line, or long streams after a longer start
//   in_switch      the switch adds what each GPU would have read                        (1 + 1/n) b     2 exchanges
// clang-format on
//
// An exchange is a store, a fence and a poll among all. docs/gpu.md, equations 5 to 9.
#pragma once

#include "configs/parameters.hpp"

#include <cstdint>

namespace scribeline::models {

struct AllReduceTime {
    configs::Seconds   start;                                    // of the kernel and, for a ring, of its library
    configs::Seconds   latency;                                  // exchanges or steps
    configs::Seconds   transfer;                                 // bytes over the link
    configs::AllReduce algorithm = configs::AllReduce::one_shot; // the one taken, never `fastest`
    bool               bulk      = false;                        // of a ring: long streams, without flags
    bool               lines     = false;                        // of a ring: lines of 128 B with one flag each

    configs::Seconds total() const { return start + latency + transfer; }
};

// One GPU alone takes no time. `fastest` takes the best of all that the machine has.
// Throws configs::UserError when n is larger than the NVLink domain, or in_switch is asked of a switch that cannot.
AllReduceTime all_reduce(configs::NvlinkParams const&, configs::AllReduce, std::uint32_t gpus, configs::Bytes bytes);

// Its parts, for who simulates it. An exchange of flags: one waits for the slowest of the others. A one-shot's store of
// a vector to all others, by the few threads that do it. Of a line with flags, the share that is data.
configs::Seconds flags_among(configs::NvlinkParams const&, std::uint32_t gpus);
configs::Seconds time_to_store(configs::NvlinkParams const&, std::uint32_t gpus, configs::Bytes bytes);
configs::Seconds time_to_read(configs::NvlinkParams const&, std::uint32_t gpus, configs::Bytes moved); // at least
constexpr double flagged_payload = 0.5;
// NCCL, LL128: of a line of 128 B, 8 are flag; a step waits for a whole line of every warp, a quarter longer (measured
// on four and eight A100, H100 and B200, ai-dynamo/aiconfigurator).
constexpr double lines_payload = 120.0 / 128, lines_step = 1.25;

// What one GPU sends over its link, of a vector: the table above.
double sent_by_one(configs::AllReduce, std::uint32_t gpus);

// As libraries choose: NCCL the ring, or the switch for long messages; TensorRT-LLM its one-shot kernel or NCCL; vLLM
// its one-shot or two-shot kernel or NCCL. The faster one, which is how most of their thresholds were set; those that
// their sources state hold whatever is faster, so a library may take longer for less.
enum class Library { nccl, tensorrt_llm, vllm };
AllReduceTime library_all_reduce(configs::NvlinkParams const&, Library, std::uint32_t gpus, configs::Bytes bytes);

// A vector of `bytes` from one GPU to another: over NVLink within the domain, over the network beyond it.
configs::Seconds send(configs::NvlinkParams const&, configs::Bytes bytes, bool within_domain);

} // namespace scribeline::models
