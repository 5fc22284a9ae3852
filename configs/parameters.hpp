// Every parameter of a run, one struct per group. The rows that give each member its key, default, range, help,
// source and origin stand in configs/schema/tables.cpp; nothing else repeats them.
#pragma once

#include "configs/engine_parameters.hpp"
#include "configs/gpu_parameters.hpp"
#include "configs/price_parameters.hpp"
#include "configs/units/cycles.hpp"
#include "configs/units/quantity.hpp"

#include <cstdint>
#include <string>

namespace scribeline::configs {

// Elements per cycle, exact: 2.92 is 292 hundredths.
struct ElementRate {
    std::uint32_t hundredths = 100;
};

// Bits of a stored element, with what share of a block's scale falls to it: 4.25 of mxfp4. Or `checkpoint`: as the
// model's file says of each part of the model. That is `settled` once the file was read: the value is then the mean.
struct ElementBits {
    double value      = 16;
    bool   checkpoint = false;

    constexpr ElementBits() = default;
    constexpr ElementBits(double bits) : value{bits} {}
    static constexpr ElementBits as_in_checkpoint()
    {
        auto bits       = ElementBits{0};
        bits.checkpoint = true;
        return bits;
    }
    bool settled() const { return value > 0; }
         operator double() const; // stops where it is not settled
};
constexpr bool operator<(ElementBits a, ElementBits b) { return !a.checkpoint && !b.checkpoint && a.value < b.value; }

// Columns x rows of processing elements. 0x0 means: not given.
struct GridSize {
    std::uint32_t columns = 0;
    std::uint32_t rows    = 0;
};

// An area, in square millimetres.
struct SquareMm {
    double value = 0;
};
constexpr bool operator<(SquareMm a, SquareMm b) { return a.value < b.value; }

// So many on each square millimetre.
struct PerSquareMm {
    double value = 0;
};
constexpr bool operator<(PerSquareMm a, PerSquareMm b) { return a.value < b.value; }

// The alpha of a negative binomial distribution: the smaller, the more what it counts lies together. Infinity, written
// `none`, is a Poisson distribution.
struct Clustering {
    double alpha = 0;
};
constexpr bool operator<(Clustering a, Clustering b) { return a.alpha < b.alpha; }

struct WaferParams {
    std::uint32_t  columns;         // usable grid, x
    std::uint32_t  rows;            // usable grid, y
    std::uint32_t  reticle_columns; // reticles along x
    std::uint32_t  reticle_rows;    // reticles along y
    Hertz          clock;
    BytesPerSecond io_bandwidth;   // off the wafer, to and from its host
    Seconds        io_latency;     // from the host to the edge, and from the edge to the host
    BytesPerSecond link_bandwidth; // from a wafer to the next
    Seconds        link_latency;   // of that link, from edge to edge
};

struct FabricParams {
    std::uint32_t colors;             // per router
    std::uint32_t switch_positions;   // per color
    std::uint32_t input_queue_depth;  // wavelets, per tile and color
    FabricCycles  hop_latency;        // router to router
    FabricCycles  ramp_latency;       // PE to router, and router to PE
    FabricEighths link_serialisation; // per wavelet and port
    Bytes         wavelet_size;
};

struct ScribeParams {
    FabricCycles  extra_latency;      // on top of fabric.hop_latency
    FabricEighths link_serialisation; // per wavelet; less than fabric.link_serialisation counts as that
    std::uint32_t spare_links;        // of the links between two reticles, that spare wires replace
};

struct YieldParams {
    PerSquareMm   defect_density; // mean
    Clustering    clustering;     // of defects, from one reticle to another
    SquareMm      wafer_area;     // on which defects fall
    SquareMm      core_area;      // of one PE
    SquareMm      crossing_area;  // of one link over a scribe line
    std::uint32_t spare_columns;  // of the physical grid, beyond wafer.columns
    std::uint32_t spare_rows;     // of the physical grid, beyond wafer.rows
    FabricCycles  bypass_latency; // of a repaired link, for each place that it passes by
};

struct PeParams {
    Bytes         sram;
    Bytes         sram_runtime;    // taken by code and runtime
    FabricCycles  vector_setup;    // before the first element of a vector operation in SRAM
    FabricCycles  stream_setup;    // before the first wavelet of an operation from or to the fabric
    FabricCycles  task_activation; // from a wavelet at the PE to the set-up of the operation that it starts
    ElementRate   mac_rate_fp16;   // multiply-accumulate
    ElementRate   mac_rate_fp32;
    ElementRate   add_rate_fp16; // element-wise add, multiply, max
    ElementRate   copy_rate_fp16;
    ElementRate   convert_rate;     // narrow elements to those that it computes with
    FabricEighths scalar_iteration; // one element of a loop of scalar code
    std::uint32_t sram_read_bytes;  // per cycle
    std::uint32_t sram_write_bytes; // per cycle
    std::uint32_t sram_banks;
};

struct SoftwareParams {
    FabricCycles operator_overhead; // control code around one operator
};

// What work on a wafer takes. models/wafer/energy.hpp makes joules of it.
struct EnergyParams {
    Joules        mac_fp16; // one multiply-accumulate, without its operands' way
    Joules        mac_fp32;
    Joules        add_fp16; // one addition
    Joules        add_fp32;
    JoulesPerByte sram_read;       // of a PE's memory
    JoulesPerByte sram_write;      // the same
    Joules        code_cycle;      // of control code, set-up or a loop of scalar code: fetch, decode, registers
    JoulesPerByte router;          // of a wavelet, for each router it passes
    JoulesPerByte link;            // of a wavelet, for each hop
    JoulesPerByte scribe_crossing; // beyond a hop
    JoulesPerByte off_wafer;       // over the link to another wafer
    Watts         static_power;    // of one PE, whether or not it works: leakage, clocks
    Watts         chip_power;      // published, of one wafer
    Watts         system_power;    // published, of the system around one wafer, the wafer included
};

enum class KvHeads { model, full };
enum class Fidelity { automatic, wavelet, folded, closed_form };
enum class VisitingOrder { forward, reverse };
enum class Reduction { two_level, chain, tree };
enum class Schedule { automatic, layer, pipeline };
enum class Objective { latency, throughput };
enum class Split { layer, half };
enum class Growth { balanced, concatenate };
enum class Weights { resident, streamed };
enum class Tables { automatic, region, wafer };

struct WorkloadParams {
    std::string   model;   // name of a shipped model, or a path to a config.json
    std::uint32_t context; // tokens already in the KV cache
    ElementBits   weight_bits;
    std::uint32_t kv_bits;
    std::uint32_t activation_bits; // 16: two elements a wavelet; 32: one
    KvHeads       kv_heads;
    std::uint32_t batch;            // sequences that one step decodes together
    Share         expert_imbalance; // exponent of the experts' popularity by rank; 0: all are chosen alike
    std::string   draft_model;      // that proposes tokens; empty: none
    std::uint32_t draft_tokens;     // proposed for one step
    Share         acceptance;       // of a proposed token
    std::uint32_t prompt;           // tokens that are prefilled before the first one is decoded; 0: none
};

struct MappingParams {
    GridSize      region;
    std::uint32_t groups; // of the two-level reduction; 0: about the square root of the region's side
    Reduction     reduction;
    Schedule      schedule;
    std::uint32_t wafers;            // that a plan may use; 0: as few as hold the model
    std::uint32_t max_wafers;        // the most that `wafers` may be, or the planner try
    Objective     objective;         // of the planner
    Split         split;             // where the model may be cut
    std::uint32_t layers_per_region; // 0: balanced
    Growth        kv_growth;
    Tables        tables;        // of the vocabulary: embedding and LM head
    Weights       weights;       // in the PEs' SRAM for all tokens, or brought over the edge for each
    std::uint32_t expert_groups; // groups of rows of a region, each with its share of the experts
};

struct RunParams {
    Fidelity      fidelity;
    std::uint32_t quantum; // fabric cycles; 0: the latency of a scribe-line link, the longest that is exact
    std::uint64_t seed;
    bool          payload;        // wavelets carry real numbers
    VisitingOrder visiting;       // order in which a reticle visits its tiles; no result may depend on it
    std::uint32_t windows;        // windows of the activity record
    bool          trace;          // write /wavelets
    std::uint64_t trace_events;   // at most so many
    std::uint64_t trace_every;    // one event of so many, over all that the window has
    std::uint64_t trace_from;     // the first cycle of the window
    std::uint64_t trace_to;       // the first cycle behind it; 0: the end of the run
    std::string   trace_operator; // the window is that of this operator, `NAME` or `NAME:LAYER`; all: there is none
    std::uint32_t threads;        // that share out the reticles; 0: one per core. No result depends on it
    std::string   defects;        // of the wafers: none, a seed, or a map
};

struct Parameters {
    MachineParams      machine;
    WaferParams        wafer;
    FabricParams       fabric;
    ScribeParams       scribe;
    YieldParams        yield;
    PeParams           pe;
    SoftwareParams     software;
    EnergyParams       energy;
    GpuParams          gpu;
    KernelParams       kernels;
    NvlinkParams       nvlink;
    SramParams         sram;
    PlainParams        plain;
    DeviceEnergyParams device_energy;
    EngineParams       engine;
    PriceParams        price;
    WorkloadParams     workload;
    MappingParams      mapping;
    RunParams          run;
};

// Of one wavelet on a link over a scribe line.
inline FabricEighths scribe_serialisation(Parameters const& p)
{
    return p.scribe.link_serialisation < p.fabric.link_serialisation ? p.fabric.link_serialisation
                                                                     : p.scribe.link_serialisation;
}

} // namespace scribeline::configs
