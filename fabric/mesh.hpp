// All reticles of a region, or of one line of it, without a kernel: what folding runs its lines on, and what unit tests
// and benchmarks use. The SystemC model of the same is WaferModule; a test holds the two equal.
#pragma once

#include "fabric/conductor.hpp"
#include "fabric/ledger.hpp"
#include "fabric/reticle.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace scribeline::fabric {

class Mesh {
  public:
    Mesh(workloads::Program const& program, configs::Parameters const& parameters, Fault fault = {},
         Probe* probe = nullptr, Origin origin = {}, LongerHops const* longer = nullptr);

    // Runs to the end, all reticles in steps of one quantum. Returns the cycle at which the last PE finished.
    // Throws configs::SimulationFault on a deadlock.
    std::uint64_t run();
    // As run(), but stops when nothing moves any more; finished or not.
    std::uint64_t run_until_quiet();

    std::vector<configs::BookEntry>        books() const { return ledger(all(), cycles_, {}); }
    std::uint64_t                          hash() const { return state_hash(all(), cycles_); }
    Counters                               counters() const { return total_counters(all()); }
    std::vector<Reticle const*>            all() const;
    std::vector<std::unique_ptr<Reticle>>& reticles() { return reticles_; }
    std::uint64_t                          shared_quanta() const { return conductor_.shared_quanta(); } // by threads
    // A number in a PE's SRAM after the run.
    float sram(std::uint32_t x, std::uint32_t y, std::uint32_t address);
    // Cycles at which the last PE finished each operator.
    std::uint64_t operator_end(std::size_t op) const;

  private:
    Shared                                shared_;
    std::uint64_t                         quantum_;
    std::uint64_t                         cycles_ = 0;
    std::vector<std::unique_ptr<Reticle>> reticles_; // row-major
    std::vector<std::uint64_t>            next_;     // of each reticle: the cycle in which something is due
    Conductor                             conductor_;
};

// The quantum of a run: what was asked for, or the longest that is exact. Throws UserError when more was asked for.
std::uint64_t quantum_of(configs::Parameters const& parameters);

} // namespace scribeline::fabric
