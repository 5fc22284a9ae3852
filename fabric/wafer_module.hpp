// The wafer as a SystemC module: a ReticleModule per reticle of the region, joined by scribe-line links.
#pragma once

#include "fabric/ledger.hpp"
#include "fabric/reticle_module.hpp"
#include "fabric/scribe_line_link.hpp"

#include <memory>
#include <vector>

#include <systemc>

namespace scribeline::fabric {

class WaferModule final : public sc_core::sc_module {
  public:
    // Throws configs::UserError for a region that does not fit on the wafer or a quantum that would not be exact.
    WaferModule(sc_core::sc_module_name name, workloads::Program const& program, configs::Parameters const& parameters,
                Fault fault = {}, Probe* probe = nullptr, LongerHops const* longer = nullptr);

    // To be called when simulation has run out of events: closes the accounts at the cycle at which the last PE
    // finished, and returns it. Throws configs::SimulationFault when a PE has not finished: a deadlock.
    std::uint64_t finish();

    Geometry const&             geometry() const { return shared_.geometry; }
    std::vector<Reticle const*> reticles() const; // row-major
    std::vector<Reticle*>       reticles();
    OnScribeLines               on_scribe_lines() const;

    // One direction of one pair of reticles.
    struct Edge {
        std::uint32_t from, to; // index into reticles()
        Direction     side;     // of `from`
        std::uint64_t carried;  // wavelets
    };
    std::vector<Edge> edges() const;

  private:
    struct Joint {
        std::uint32_t                   from, to;
        Direction                       side;
        std::unique_ptr<ScribeLineLink> link;
    };
    void join(std::uint32_t a, std::uint32_t b, Direction side, configs::FabricClock clock);

    Shared                                      shared_;
    QuantumPhase                                phase_;
    std::vector<std::unique_ptr<ReticleModule>> modules_;
    std::vector<Joint>                          joints_;
};

} // namespace scribeline::fabric
