// What every machine can be asked, whatever it is made of: the room that it has, and what a step of work takes.
//
//     run, compare, sweep, published, yield, serve
//            |  StepWork: which sequences decode, verify or prefill how many tokens
//            v
//        Machine  <-- made from a configuration by machine_list.cpp, the only list of kinds
//            |  StepReport: how long, where the time and the joules went, what was moved, what bounds it, the books
//            v
//     rows, waterfalls, files, schedulers
//
// A machine is planned once, when it is made; what it learns is kept between steps.
#pragma once

#include "configs/books.hpp"
#include "configs/config.hpp"
#include "configs/units/quantity.hpp"
#include "models/cost/spent_energy.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/where_time_went.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

// Sequences that decode one token each. `context` counts the tokens attended to, the one that is written included.
struct DecodeGroup {
    std::uint64_t context = 0;
    std::uint64_t count   = 1;
};

// Sequences that check `tokens` proposed tokens each, the first of them the one that decode would have computed.
// `context` counts as for DecodeGroup, up to the first of them.
struct VerifyGroup {
    std::uint64_t context = 0;
    std::uint64_t tokens  = 1;
    std::uint64_t count   = 1;
};

// Sequences that take in `tokens` tokens of a prompt, behind `before` tokens that are in the cache already.
struct PrefillGroup {
    std::uint64_t before = 0;
    std::uint64_t tokens = 0;
    std::uint64_t count  = 1;
};

// One step of a model: every group at once, as one batch. A step without any group takes no time.
struct StepWork {
    std::vector<DecodeGroup>  decode;
    std::vector<VerifyGroup>  verify;
    std::vector<PrefillGroup> prefill;

    std::uint64_t sequences() const;
    std::uint64_t tokens() const; // computed
};

// What one kind of memory, at one place, holds beside the weights.
struct RoomOfTier {
    std::string    tier; // "sram", "hbm", "host_ddr5"
    configs::Bytes capacity;
    configs::Bytes weights; // resident
    configs::Bytes runtime; // code, buffers, what a library keeps
    configs::Bytes kv;      // left for keys, values and states
    std::uint64_t  kv_tokens = 0;
};

struct Room {
    std::vector<RoomOfTier>      tiers;
    std::optional<std::uint64_t> sequences; // at once, of the context the machine was planned for; nothing: not bounded
    configs::Bytes               kv_bytes_per_token; // of one sequence, over all layers
};

struct MovedBytes {
    std::string    kind; // "weights", "kv", "vectors", "collectives", "link"
    std::string    tier; // "sram", "hbm", "nvlink", "host_ddr5", "wafer_edge"
    configs::Bytes read, written;
};

// How the model stands on the machine.
struct Standing {
    std::string           kind;         // of machine_list.cpp: "gpu"
    std::string           unit;         // what it is made of: "GPU"
    std::uint32_t         devices = 0;  // used
    std::string           arrangement;  // "8 GPUs share each layer"
    std::optional<double> memory_share; // needed, of what there is, on the fullest device

    // Another model that proposes tokens stands on the same devices, or on as many as it needs of its own, so far away.
    bool             shares_devices = true;
    configs::Seconds way; // of a message, one way

    bool records_mesh = false; // StepReport::mesh is there
};

// What all devices of a machine are together, by their datasheets.
struct Nameplate {
    std::uint32_t           devices = 0;
    std::string             memory_kind; // "HBM"
    configs::Bytes          memory;
    configs::BytesPerSecond bandwidth; // that can be read
    configs::Watts          power;
};

// How a figure came about. Counts are of the modules and of what passed between them in simulated time; where an engine
// works inside a module (a wafer's mesh), its own steps are not among them.
struct Evidence {
    std::string                     fidelity;          // "wavelet", "folded", "closed_form"; "modules", "forms"
    std::uint64_t                   modules       = 0; // SystemC modules that took part
    std::uint64_t                   transactions  = 0; // transfers between them
    std::uint64_t                   kernel_events = 0; // activations of processes by the SystemC kernel
    std::optional<configs::Seconds> form; // the closed form of the latency: an audit, never the source of the figure
    std::string                     said; // the fidelity in a clause: "bytes over bandwidth, ..."
};

struct Outcome;           // models/wafer/outcome.hpp
struct RecordedGpuSystem; // models/gpu/gpu_system.hpp

struct StepReport {
    configs::Seconds         latency;  // from the start of the step to its last token
    configs::Seconds         interval; // until the next step of other sequences may start: less in a pipeline
    workloads::WhereTimeWent where;    // of the latency, by cause: adds up to it; no parts: not told apart
    workloads::WhereTimeWent fall;     // the same from what reading at the peak of all memory would take on
    configs::Seconds         engine;   // of a server, on top of the latency; zero: none is modelled
    std::vector<SpentEnergy> spent;    // of the step; no parts: not known
    configs::Joules          at_most;  // of the step: every device at its full power
    std::vector<MovedBytes>  moved;
    std::string              bound_by;         // name of the largest part; "unknown" where parts are not told apart
    std::optional<double>    bandwidth_share;  // of the peak of all devices' memory, over the latency
    std::optional<double>    arithmetic_share; // of their arithmetic peak, over the latency
    bool                     gives_token     = true; // each sequence has a new token when it is over
    std::uint64_t            steps_in_flight = 1;    // that may be under way at once, each of other sequences
    configs::Books           books;
    Evidence                 evidence;
    std::vector<std::string> notes;

    // What an engine recorded besides, for result files; null: nothing.
    std::shared_ptr<Outcome const>           mesh;
    std::shared_ptr<RecordedGpuSystem const> transfers;

    configs::Joules energy() const; // sum of what was spent
    // Of the closed form from the latency: 0.01 is one percent more. Nothing: there is no form beside it.
    std::optional<double> deviation_of_form() const;
    double                steps_per_second_in_flight() const; // of all steps that may be under way
};

class Machine {
  public:
    Machine()                          = default;
    Machine(Machine const&)            = delete;
    Machine& operator=(Machine const&) = delete;
    virtual ~Machine()                 = default;

    virtual Standing standing() const = 0;
    virtual Room     room() const     = 0;
    // Throws configs::UserError with the reason when the machine cannot do that work.
    virtual StepReport step(StepWork const& work) = 0;
};

// What the workload of a configuration asks of one step: workload.batch sequences of workload.context tokens decode, or
// with a draft model check its proposals.
StepWork step_of(configs::WorkloadParams const&);
// Prompts of all sequences of the batch: of workload.prompt tokens, or where that is none as long as the context.
StepWork prompts_of(configs::WorkloadParams const&);

// What `first` bars, of known times, hold already of the parts of a time, taken from the parts in their order: the
// waterfall from those bars through what is left of each part. Adds up to the parts.
workloads::WhereTimeWent fall_through(std::vector<workloads::TimePart> first, workloads::WhereTimeWent const& parts);

} // namespace scribeline::models
