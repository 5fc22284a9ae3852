// The SystemC shell of a reticle: one process, woken when something is due. The fabric itself is plain C++.
#pragma once

#include "configs/units/cycles.hpp"
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
    // `quantum`: cycles that the reticle runs ahead at once; at most the latency of its scribe-line links.
    ReticleModule(sc_core::sc_module_name name, Shared& shared, Block const& block, configs::FabricClock clock,
                  std::uint64_t quantum);

    void connect(Direction side, ScribeLineLink* to_beyond, ScribeLineLink* from_beyond);

    Reticle&       reticle() { return reticle_; }
    Reticle const& reticle() const { return reticle_; }

  private:
    void run();

    configs::FabricClock const     clock_;
    std::uint64_t const            quantum_;
    Reticle                        reticle_;
    std::array<ScribeLineLink*, 4> to_{}, from_{};
    sc_core::sc_event              wake_;
};

} // namespace scribeline::fabric
