// Where the reticles of a wafer run: in the update phase, all that asked for the quantum that begins now, on as many
// threads as the run has. Their processes run before and after it, one at a time as SystemC does: they take in what has
// crossed the scribe lines, and ask.
#pragma once

#include "configs/units/cycles.hpp"
#include "fabric/conductor.hpp"

#include <cstdint>
#include <vector>

#include <systemc>

namespace scribeline::fabric {

class ReticleModule;

class QuantumPhase final : public sc_core::sc_prim_channel {
  public:
    // `quantum`: cycles that a reticle runs ahead at once; at most the latency of its scribe-line links.
    QuantumPhase(char const* name, configs::Parameters const& parameters, Shared const& shared, std::uint64_t quantum);

    void ask(ReticleModule& module);

  private:
    void update() override;

    configs::FabricClock const  clock_;
    std::uint64_t const         quantum_;
    Conductor                   conductor_;
    std::vector<ReticleModule*> asked_;
};

} // namespace scribeline::fabric
