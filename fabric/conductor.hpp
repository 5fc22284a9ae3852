// Lets reticles run their quanta, on several threads where there are several reticles to run. Without a kernel: Mesh
// and WaferModule both use it.
#pragma once

#include "fabric/crew.hpp"
#include "fabric/reticle.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

class Conductor {
  public:
    // `threads` as run.threads. A probe hears of wavelets in the order of one thread: then there is one.
    Conductor(configs::Parameters const& parameters, Shared const& shared);

    std::size_t   threads() const { return crew_.threads(); }
    std::uint64_t shared_quanta() const { return shared_quanta_; } // those that were worth sharing

    // Takes part in the quantum that comes.
    void add(Reticle& reticle) { due_.push_back({&reticle, reticle.load()}); }
    // Runs the reticles added since the last call up to cycle `until`.
    void run(std::uint64_t until);

  private:
    struct Due {
        Reticle*    reticle;
        std::size_t load;
    };
    Crew             crew_;
    std::vector<Due> due_;
    std::uint64_t    shared_quanta_ = 0;
};

} // namespace scribeline::fabric
