// The books of a run: pairs of sums that must be equal, counted at different places.
#pragma once

#include "fabric/reticle.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::fabric {

struct LedgerEntry {
    std::string   name, left, right;
    std::uint64_t left_value, right_value;
    bool          balanced() const { return left_value == right_value; }
};

// What is on the scribe lines when the run ends.
struct OnScribeLines {
    std::uint64_t wavelets = 0, credits = 0;
};

// `cycles`: length of the run; the reticles are closed.
std::vector<LedgerEntry> ledger(std::vector<Reticle const*> const& reticles, std::uint64_t cycles, OnScribeLines on);

// Sum over all reticles.
Counters      total_counters(std::vector<Reticle const*> const& reticles);
std::uint64_t state_hash(std::vector<Reticle const*> const& reticles, std::uint64_t cycles);

// Throws configs::SimulationFault when a PE has not finished: a deadlock, with who waits for whom.
void require_finished(std::vector<Reticle const*> const& reticles, std::uint64_t cycle);

} // namespace scribeline::fabric
