// Parameters of machines that are no wafer: GPUs with HBM and NVLink, racks of SRAM-only chips, accelerators on plain
// memory. The rows that give each member its key, default, range, help, source and origin stand in
// configs/schema/gpu_tables.cpp; the defaults of `gpu`, `kernels` and `nvlink` are an H100.
#pragma once

#include "configs/units/quantity.hpp"

#include <cstdint>
#include <string>

namespace scribeline::configs {

// A part of a whole, written as a percentage.
struct Share {
    double value = 0; // 0.8 for 80 %
};
constexpr bool operator<(Share a, Share b) { return a.value < b.value; }

// Which kind of machine, by its number in the list of kinds (schema/gpu_tables.cpp). No kind has a name in the code:
// what a kind can be asked are its groups of parameters, and the machine that models/machine_list.cpp makes of it.
enum class MachineKind : std::uint8_t {};
enum class Experts { sliced, whole };
enum class ExpertKernel { expert_centric, output_centric };

struct MachineParams {
    MachineKind kind;
};

// One GPU, as its datasheet has it.
struct GpuParams {
    std::uint32_t  devices;       // GPUs that share the model
    std::uint32_t  tensor;        // of them, that share each layer; 0: as is fastest
    std::uint32_t  pipeline;      // stages; 0: as is fastest
    Experts        experts;       // of a layer: each cut among the GPUs that share it, or dealt out to them
    ExpertKernel   expert_kernel; // of a step of decode: around experts, or around what they give
    bool           lm_head_cut;   // among the GPUs that share a layer; otherwise each computes all logits
    std::uint32_t  sms;           // streaming multiprocessors, of all dies
    std::uint32_t  dies;          // that make up one GPU
    Hertz          clock;         // boost
    FlopsPerSecond peak_16;       // dense, 16-bit floating point
    FlopsPerSecond peak_8;        // dense, 8 bits
    FlopsPerSecond peak_4;        // dense, 4 bits
    Bytes          shared_memory; // of one SM
    Bytes          l2;            // of all dies
    BytesPerSecond l2_bandwidth;  // read
    BytesPerSecond die_link;      // between two dies, each way
    std::string    memory_kind;   // generation of HBM: hbm2e, hbm3, hbm3e, hbm4; or of GDDR
    std::uint32_t  memory_stacks;
    Bytes          memory;           // that a program may use
    Bytes          memory_runtime;   // of it, taken by driver, libraries and workspace
    BytesPerSecond memory_bandwidth; // peak
    Seconds        memory_latency;   // of one idle read
    Watts          power;            // the most it takes
    std::string    kv_tier;      // memory behind the host link for keys and values beyond the HBM; none: there is none
    std::uint32_t  kv_prefetch;  // layers whose keys and values are fetched ahead
    std::string    weights_tier; // the same for weights beyond the HBM
    std::uint32_t  weights_prefetch; // layers whose weights are fetched ahead
    std::uint32_t  host_gpus;        // that share the tier
};

// What kernels do with it. Measured once on an H100; times that depend on the device have a value per machine.
struct KernelParams {
    Seconds       fixed;             // of a kernel launched by itself: launch, first wave, drain
    Seconds       graph_step;        // of a kernel that follows another in a graph
    Share         tensor_share;      // of the arithmetic peak that a large matrix product sustains
    Share         tensor_share_4;    // the same of 4-bit products
    std::uint32_t tile_sms;          // SMs that compute a tile together, and share its columns' operands
    Share         pipeline_share;    // of shared memory that holds tiles in flight
    Share         loaded_latency;    // of memory under load, relative to memory_latency
    Seconds       split_step;        // partial sums of a product split along k: write, wait, add
    std::uint32_t sm_load_bytes;     // per SM and cycle from L2
    std::uint32_t sm_shared_bytes;   // per SM and cycle from shared memory
    std::uint32_t special_functions; // exponentials per SM and cycle
    Share         softmax_overlap;   // of softmax and products of prefill, the shorter, that the longer hides
    std::uint32_t convert_rate;      // elements per SM and cycle of attention without tensor cores
    std::uint32_t attention_block;   // tokens of the smallest share of a sequence
    Bytes         attention_flight;  // bytes of KV cache that one block of threads has in flight
    std::uint32_t attention_blocks;  // blocks of threads resident on an SM
    std::uint32_t attention_skew;    // tokens that the last block lags behind
    std::uint32_t quantise_kernels;  // before a product of 8 or 4 bits, when activations are quantised as they come
    std::uint32_t quantise_bytes;    // that they move per element of the activations
};

// one_shot: every GPU writes its vector to all others; one_shot_pull: it reads theirs; two_shot: reduce-scatter, then
// all-gather; ring: a library's ring, with its protocols; in_switch: the switch adds up; fastest: whichever is.
enum class AllReduce { fastest, one_shot, one_shot_pull, two_shot, ring, in_switch };

// Between GPUs.
struct NvlinkParams {
    std::uint32_t  domain;           // GPUs that reach one another over NVLink
    BytesPerSecond bandwidth;        // of one GPU, each way
    bool           in_switch;        // the switch can add up
    Share          store_share;      // of it that loads and stores of SMs reach
    Share          switch_share;     // of it that vectors added up in the switch reach, of their own bytes
    Share          copy_share;       // of it that long streams reach
    Seconds        collective_start; // of a kernel that communicates
    Seconds        exchange;         // a flag to one peer, and the peer's seen: store, fence, poll
    Seconds        exchange_peer;    // more for each further peer
    Seconds        fence;            // until all that was written is seen by all others
    BytesPerSecond store_block;      // that the blocks of threads of a short vector store to other GPUs
    Seconds        ring_start;       // of the ring's library, beyond collective_start
    Seconds        ring_step;        // from one GPU to its neighbour
    Seconds        bulk_start;       // of the ring's protocol for long messages, beyond ring_start
    AllReduce      all_reduce;       // which one decode uses
    BytesPerSecond host_link;        // PCIe or NVLink-C2C, each way
    BytesPerSecond network;          // of one GPU, beyond the NVLink domain, each way
    Seconds        network_latency;
};

// Chips that hold all weights and the KV cache in SRAM and hand activations on by a schedule.
struct SramParams {
    std::uint32_t  chips;
    Bytes          memory;    // SRAM of one chip
    BytesPerSecond bandwidth; // of it
    FlopsPerSecond peak_16;
    FlopsPerSecond peak_8;
    Share          arithmetic_share; // that matrix-vector products sustain
    Share          bandwidth_share;
    BytesPerSecond link_bandwidth; // of one chip, all links, each way
    Seconds        link_latency;   // chip to chip
    std::uint32_t  group;          // chips that share one layer
    Seconds        operator_fixed; // a vector passes the units of a chip
    Seconds        server;         // between two tokens, around the chips
    Watts          power;          // of one chip
};

// Modest arithmetic on DDR or LPDDR.
struct PlainParams {
    std::uint32_t  devices;
    Bytes          memory;
    BytesPerSecond bandwidth;
    Share          bandwidth_share; // that long reads sustain
    FlopsPerSecond peak_16;
    FlopsPerSecond peak_8;
    Share          arithmetic_share;
    Seconds        operator_fixed;
    BytesPerSecond link_bandwidth;
    Seconds        link_latency;
    Watts          power;
};

// What a device that is no wafer takes: a GPU, a chip of an SRAM-only rack, an accelerator on plain memory.
struct DeviceEnergyParams {
    Joules        mac_16;     // one multiply-accumulate of 16 bits
    Joules        mac_8;      // of 8 bits or fewer
    JoulesPerByte on_chip;    // from the memory's edge, or the chip's own SRAM, to the arithmetic
    JoulesPerByte memory;     // of memory beside the chip
    JoulesPerByte link;       // from one device to another, or to the host
    Joules        operand;    // to bring a multiply-accumulate of 16 bits its operands; of fewer bits, in proportion
    JoulesPerByte move;       // of what memory gives or takes: instructions, registers, what regulators lose
    Share         clocks;     // of full power, while a step is under way and on top of idle_power
    Watts         idle_power; // of one device, whether or not it works
    Watts         host_power; // of its share of the server around it
};

} // namespace scribeline::configs
