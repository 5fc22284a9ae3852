// The SystemC shell of a reticle: one process, woken when something is due, which takes in what came over the scribe
// lines and asks for the quantum that begins. The fabric itself is plain C++.
#pragma once

#include "configs/units/cycles.hpp"
#include "fabric/quantum_phase.hpp"
#include "fabric/reticle.hpp"
#include "fabric/scribe_line_link.hpp"

#include <array>
#include <cmath>

#include <systemc>

namespace scribeline::fabric {

// Simulated time of a cycle, from the count, so that rounding cannot accumulate.
inline sc_core::sc_time time_of(configs::FabricClock const& clock, std::uint64_t cycle)
{
    return sc_core::sc_time::from_value(clock.picoseconds(configs::FabricCycles{cycle}));
}

inline std::uint64_t cycle_of(configs::FabricClock const& clock, sc_core::sc_time time)
{
    return static_cast<std::uint64_t>(
        std::llround(static_cast<double>(time.value()) * clock.frequency().value() / 1e12));
}

class ReticleModule final : public sc_core::sc_module {
  public:
    ReticleModule(sc_core::sc_module_name name, Shared& shared, Block const& block, configs::FabricClock clock,
                  QuantumPhase& phase);

    // To the link over the scribe line on that side, and from it. At the border of the region they stay unbound.
    using OutPort = sc_core::sc_port<ScribeLineOut, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
    using InPort  = sc_core::sc_port<ScribeLineIn, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
    OutPort& to(Direction side) { return to_[static_cast<std::size_t>(side)]; }
    InPort&  from(Direction side) { return from_[static_cast<std::size_t>(side)]; }

    // In the update phase, after the quantum: what the reticle sent goes onto the scribe lines.
    void hand_over();

    Reticle&       reticle() { return reticle_; }
    Reticle const& reticle() const { return reticle_; }

  private:
    void end_of_elaboration() override;
    void run();
    void wake_when_due();

    configs::FabricClock const    clock_;
    QuantumPhase&                 phase_;
    Reticle                       reticle_;
    sc_core::sc_vector<OutPort>   to_;
    sc_core::sc_vector<InPort>    from_;
    std::array<ScribeLineOut*, 4> out_{}; // what the ports are bound to; null: nothing lies beyond
    std::array<ScribeLineIn*, 4>  in_{};
    sc_core::sc_event             wake_;
};

} // namespace scribeline::fabric
