// What a run found out: the numbers of the report and of the result file. Times are fabric cycles from the start of
// the simulated layer, unless a name says otherwise.
#pragma once

#include "configs/books.hpp"
#include "configs/units/cycles.hpp"
#include "configs/units/quantity.hpp"
#include "models/wafer/energy_outcome.hpp"
#include "workloads/mapping/work_counts.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::models {

using configs::Bytes;
using configs::Flops;
using configs::Seconds;

// Where time goes (docs/model.md defines each).
enum class Part : std::uint8_t {
    arithmetic,    // elements through the PE's datapath
    dispatch,      // set-up of vector operations, control code
    sram,          // waiting for SRAM ports
    hops,          // distance: router to router
    scribe,        // extra latency of scribe lines
    serialisation, // words behind one another on a link or a ramp
    reduce_stage,  // software and ramps of the stages of a reduction
    waiting,       // for the slowest, beyond what its own parts explain
    off_wafer,
};
constexpr std::size_t part_count = 9;
char const*           name_of(Part);
using Parts = std::array<std::uint64_t, part_count>; // cycles by part

struct OperatorOutcome {
    std::string   name; // "qkv", "scores.all_reduce"
    std::string   kind; // norm, qkv, rope, attention, out_proj, gate_up, down, activation, residual, softmax, kv_write
    std::string   collective; // "two_level all-reduce along x, 15 wavelets"; empty: none
    std::uint64_t start = 0;  // end of the operator before
    std::uint64_t end   = 0;  // the last PE has finished it
    Parts         parts{};    // add up to end - start
    double        flops             = 0;
    double        bytes_weights     = 0;
    double        bytes_kv          = 0;
    double        bytes_activations = 0;
    std::string   bound_by; // name of the largest part
    // Where a token is simulated: which layer and stage it belongs to. `start` and `end` then lie on the critical path.
    std::int32_t  layer = -1; // -1: none, it runs once a token
    std::uint32_t stage = 0;

    workloads::WorkCounts work;     // of all PEs and wavelets
    EnergyParts           energy{}; // add up to the token's over the operators
};

// A region and the consecutive blocks of the model that it owns.
struct StageOutcome {
    std::uint32_t wafer = 0, x0 = 0, y0 = 0, columns = 0, rows = 0;
    std::string   blocks;             // "embedding to attention of layer 2"
    std::uint64_t start = 0, end = 0; // of the token's time there, on the critical path; the way to it comes before
    double        bytes_per_pe = 0;   // resident, of one PE
    std::uint32_t requests     = 0;   // whose KV caches fit; 0: no cache there
};

// One bar of the waterfall from what the memory alone would allow to what came out. The bars add up to the token.
struct WaterfallBar {
    std::string name;    // "read weights and KV at the peak of all SRAM", "one region works at a time", "dispatch", ...
    std::string meaning; // a sentence
    Seconds     time;    // of this bar
    Seconds     so_far;  // with all bars before
    double      tokens_per_second = 0; // if nothing else took time: 1 / so_far
};

// One choice of the planner, best first.
struct CandidateOutcome {
    std::uint32_t columns = 0, rows = 0, stages = 0, wafers = 0;
    double        cycles_per_token = 0, tokens_per_second = 0; // closed form
    std::string   verdict;
};

// Of a run of a whole token (mapping.schedule = pipeline).
struct TokenOutcome {
    bool                          simulated      = false;              // false: one layer was, and counted for all
    std::uint32_t                 region_columns = 0, region_rows = 0; // PEs of one region
    std::uint32_t                 wafers = 1, regions_x = 1, regions_y = 1;
    bool                          wafer_tables = false;
    std::vector<StageOutcome>     stages;
    std::vector<CandidateOutcome> candidates;
    std::uint32_t                 requests               = 1; // in flight at once; each of Outcome::batch sequences
    std::uint64_t                 bottleneck_cycles      = 0; // of the busiest stage, for one token
    std::uint64_t                 edge_cycles            = 0; // of the busiest edge, for one token: streamed weights
    std::uint64_t                 edge_bytes             = 0; // over all edges, for one token
    double                        tokens_per_second      = 0; // of all requests in flight
    std::uint64_t                 kv_tokens_concatenated = 0, kv_tokens_balanced = 0; // a request's cache can grow to
    double                        closed_form_cycles = 0; // of the token, by the planner's formulas
    std::uint64_t                 folded_cycles      = 0; // of a run by every wavelet: what folding says; 0: it cannot
};

struct SramPart {
    std::string name; // code and runtime, weights, KV cache, activations, buffers
    double      bytes = 0;
};

// One entry per pair of facing reticles and direction.
struct ScribeEdge {
    std::uint32_t              reticle_a = 0, reticle_b = 0; // from a to b
    char                       side     = 'E';               // of a: N, E, S, W
    std::uint32_t              links    = 0;
    std::uint64_t              wavelets = 0;
    std::vector<std::uint32_t> wavelets_by_window;
};

// Activity of the region, row by row (y major, x minor). Link directions in the order N, E, S, W.
struct FabricActivity {
    std::uint32_t                           columns = 0, rows = 0;
    std::uint64_t                           window_cycles = 0; // length of one window; the last may be shorter
    std::vector<std::uint64_t>              window_start;
    std::vector<std::vector<std::uint32_t>> pe_busy;    // [window][pe]: busy cycles
    std::vector<std::vector<std::uint32_t>> link_busy;  // [window][direction * pes + pe]: wavelets sent
    std::vector<std::uint16_t>              reticle_of; // [pe]
    std::vector<std::uint8_t>               link_kind;  // [direction * pes + pe]: 0 none, 1 on_reticle, 2 scribe
    std::vector<std::uint64_t>              pe_busy_total, pe_stalled_total, pe_idle_total; // [pe]
};

using configs::BookEntry;
using configs::Books;

// Events of the wavelet trace, columns of equal length.
struct WaveletTrace {
    bool                       recorded = false;
    std::vector<std::uint64_t> cycle;
    std::vector<std::uint32_t> pe;              // where, row-major PE number within the region
    std::vector<std::uint32_t> to_pe;           // where it went (the same for inject and eject)
    std::vector<std::uint8_t>  color, kind;     // kind: 0 inject, 1 hop, 3 eject
    std::uint64_t              dropped     = 0; // events asked for, beyond the limit
    std::uint64_t              passed_over = 0; // events that were not asked for
    std::uint64_t              every       = 1; // one event in so many was asked for
    std::uint64_t from = 0, to = 0;             // cycles of the window, the second one behind it; 0: the end of the run
};

// What a run with real numbers computed, beside a plain reference. Deviations are relative to the rms of the reference.
struct PayloadCheck {
    bool          checked = false; // the wavelets of this run carried numbers
    std::uint64_t numbers = 0;     // compared
    double        largest = 0;     // deviation
    double        rms     = 0;     // of all deviations
    double        bound   = 0;     // that the largest must keep: what rounding alone can do

    bool within_bound() const { return largest <= bound; }
    // Throws configs::SimulationFault when numbers were compared and one of them deviates by more than the bound.
    void require_within_bound() const;
};

// Speculative decoding: the times of the run are those of one step of the model, which checks the proposals.
struct SpeculationOutcome {
    std::string   draft_model; // empty: none
    std::uint32_t draft_tokens               = 0;
    std::uint32_t draft_wafers               = 0;
    double        acceptance                 = 0;
    double        tokens_per_step            = 0; // expected: those accepted, and the model's own
    std::uint64_t draft_cycles               = 0; // of one token of the draft model
    std::uint64_t round_cycles               = 0; // proposals, their way to the model and back, and its step
    double        tokens_per_second_per_user = 0;
};

// A product of the prefill by every wavelet, beside its closed form.
struct PrefillCheck {
    std::string   name; // "queries 2x4 by 4x4, aligned"
    std::uint64_t cycles      = 0;
    double        closed_form = 0;
    double        deviation() const { return closed_form / static_cast<double>(cycles) - 1; }
};

// The prompt before the first token (workload.prompt), by closed forms.
struct PrefillOutcome {
    std::uint32_t tokens = 0;                      // 0: none
    std::uint32_t chunks = 0, tokens_of_a_row = 0; // the prompt passes in chunks, so many tokens to a row of PEs
    bool          hidden_shifts = true;            // blocks of weights move while PEs multiply
    bool          by_decode     = false;           // by decode steps, one token behind another

    std::uint64_t cycles = 0, cycles_per_layer = 0;                 // of all chunks
    std::uint64_t first_chunk_cycles = 0, busiest_stage_cycles = 0; // of a pipeline; 0: there is none
    Seconds       time;                                             // of one prompt
    Seconds       time_to_first_token;       // of one sequence; of a whole batch models/token/first_token.hpp says it
    double        tokens_per_second = 0;     // of the prompt
    double        bytes = 0, bytes_left = 0; // of a PE, beside weights and KV cache
    std::vector<OperatorOutcome> operators;  // of one layer, all chunks one behind the other
    std::vector<PrefillCheck>    checks;     // at wavelet fidelity, of products on small squares
};

// Of a run whose wafers have defects (run.defects): what was repaired.
struct RepairOutcome {
    std::string   defects;           // as asked for; empty: none
    std::uint64_t dead          = 0; // PEs, of all wafers
    std::uint64_t rewired       = 0; // links over scribe lines in whose place spare wires work
    std::uint64_t longer_links  = 0; // between neighbours in the mesh that are not neighbours on silicon
    std::uint64_t added_by_form = 0; // cycles of what was simulated that a closed form says longer links take
};

// What took part in simulated time, and what passed between them (models/machine.hpp, Evidence).
struct ModuleCounts {
    std::uint64_t modules = 0, transactions = 0, kernel_events = 0;
};

struct Outcome {
    std::string   fidelity   = "wavelet";
    std::uint64_t state_hash = 0;
    ModuleCounts  modules;

    std::uint64_t cycles_per_layer = 0; // of the layer simulated; of a token the mean, rounded down
    std::uint32_t layers           = 0;
    double layers_alike = 0; // so many like the one simulated take as long as all, each of its own kind; 0: layers
    std::uint32_t batch = 1; // sequences that each step decodes together
    std::uint64_t cycles_per_token = 0; // layers x the layer simulated, or the token simulated
    std::string   token_note;           // says so, and what is left out
    double        clock_hz = 0;
    Seconds       time_per_output_token;
    double        tokens_per_second_per_user = 0;

    TokenOutcome                 token;
    SpeculationOutcome           speculation;
    PrefillOutcome               prefill;
    EnergyOutcome                energy;
    std::vector<WaterfallBar>    waterfall; // adds up to time_per_output_token
    std::vector<OperatorOutcome> operators; // in order; start of one = end of the one before
    Parts                        parts{};   // sum over operators
    std::string                  bound_by;

    double pe_busy_share = 0, pe_stalled_share = 0, pe_idle_share = 0; // of PE-cycles; add up to 1
    double link_utilisation     = 0;                                   // wavelets / (links x cycles / serialisation)
    double scribe_utilisation   = 0;
    double sram_bandwidth_share = 0; // bytes of weights and KV read / (peak of all PEs x time)
    double arithmetic_share     = 0; // flops / (peak of the PEs of all regions x time)

    std::uint64_t wavelet_hops = 0, wavelets_injected = 0, wavelets_delivered = 0, scribe_crossings = 0;
    std::uint64_t wavelets_crossed = 0; // of those delivered, that had crossed a scribe line
    // Of a token, folded, if its scribe lines were links like others; 0: they are, or it cannot be folded.
    std::uint64_t cycles_without_scribe = 0;

    std::vector<SramPart>    sram; // of the fullest PE
    double                   sram_capacity_bytes = 0;
    std::vector<ScribeEdge>  scribe;
    FabricActivity           activity;
    WaveletTrace             trace;
    Books                    books;
    PayloadCheck             payload;
    RepairOutcome            repair;
    std::vector<std::string> warnings;
    double                   wall_seconds = 0; // of the simulation alone
};

} // namespace scribeline::models
