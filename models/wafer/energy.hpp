// From what PEs and links did to joules, by cause (docs/model.md, 22 (energy and power)).
//
//     counts of an operator, summed up ──> picojoules by part, rounded once ──> less those before it: the operator's
//
// So the operators' parts add up to the token's without a remainder; the book `energy` holds them against the counters
// of the run.
#pragma once

#include "configs/parameters.hpp"
#include "models/wafer/outcome.hpp"
#include "workloads/mapping/work_counts.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

// What has been done from the start of the run up to some cycle.
struct EnergyTally {
    workloads::WorkCounts work;
    std::uint64_t         kv_multiplies = 0; // of work.multiplies: with keys and values
    std::uint64_t         kv_written    = 0; // of work.written: into the cache
    std::uint64_t         cycles        = 0;

    void add(OperatorOutcome const&); // its work; not its time
};

// Of `wafers`, all of whose PEs have power.
class EnergyMeter {
  public:
    EnergyMeter(configs::Parameters const& parameters, std::uint32_t wafers);

    EnergyParts of(EnergyTally const&) const;

    // Per second, W: what does not depend on the work.
    double idle_power() const { return idle_power_; }
    double system_power() const { return system_power_; } // around the wafers alone
    // Of one PE that multiplies and adds in every cycle as fast as its datapath and its SRAM allow, W.
    double busy_pe() const;
    double pes() const { return pes_; }

  private:
    configs::EnergyParams const   e_;
    configs::WorkloadParams const w_;
    configs::PeParams const       pe_;
    double const                  clock_, wavelet_bytes_, pes_, idle_power_, system_power_;
};

// The energy of one token when so many come out every second: the same work, and of what does not depend on it the time
// between two of them.
EnergyParts at_rate(EnergyOutcome const&, configs::Parameters const&, double tokens_per_second);

// Fills in the energies of the operators and of the outcome, and the books about them. `counted` are the operators with
// their work, where the outcome's own have none, or it has no operators.
void add_energy(Outcome& outcome, configs::Parameters const& parameters, std::uint32_t wafers,
                std::vector<OperatorOutcome> const& counted = {});

} // namespace scribeline::models
