// The books of a run: pairs of sums that must be equal, counted at different places.
#pragma once

#include "configs/books.hpp"
#include "fabric/reticle.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// What is on the scribe lines when the run ends.
struct OnScribeLines {
    std::uint64_t wavelets = 0, credits = 0;
};

// `cycles`: length of the run; the reticles are closed.
std::vector<configs::BookEntry> ledger(std::vector<Reticle const*> const& reticles, std::uint64_t cycles,
                                       OnScribeLines on);

// Sum over all reticles.
Counters      total_counters(std::vector<Reticle const*> const& reticles);
std::uint64_t state_hash(std::vector<Reticle const*> const& reticles, std::uint64_t cycles);

// Throws configs::SimulationFault when a PE has not finished: a deadlock, with who waits for whom.
void require_finished(std::vector<Reticle const*> const& reticles, std::uint64_t cycle);

} // namespace scribeline::fabric
