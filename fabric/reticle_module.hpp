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

    void connect(Direction side, ScribeLineLink* to_beyond, ScribeLineLink* from_beyond);

    // In the update phase, after the quantum: what the reticle sent goes onto the scribe lines.
    void hand_over();

    Reticle&       reticle() { return reticle_; }
    Reticle const& reticle() const { return reticle_; }

  private:
    void run();
    void wake_when_due();

    configs::FabricClock const     clock_;
    QuantumPhase&                  phase_;
    Reticle                        reticle_;
    std::array<ScribeLineLink*, 4> to_{}, from_{};
    sc_core::sc_event              wake_;
};

} // namespace scribeline::fabric
