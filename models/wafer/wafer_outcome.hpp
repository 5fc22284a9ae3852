// What a run at wavelet fidelity left behind in its reticles, as the numbers of an outcome.
#pragma once

#include "fabric/wafer_module.hpp"
#include "models/wafer/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scribeline::models {

// Number, in the program, of the PE on a tile of a reticle.
std::size_t pe_of(fabric::Reticle const& reticle, std::size_t tile, std::uint32_t columns);

// Times and parts of the program's operators, in order; names and needs are left open. The parts of one are the
// critical path up to its end less the one up to the end of the operator before. The two paths may part earlier than
// there: a part that would be negative is taken from the largest one, so that the sum holds.
std::vector<OperatorOutcome> operator_times(std::size_t operators, std::vector<fabric::Reticle const*> const& reticles);

// Counters, shares of PE cycles, activity, scribe lines, hash and books, of a run of `cycles`. Needs outcome.parts.
void add_fabric(Outcome& outcome, configs::Parameters const& parameters, fabric::WaferModule const& wafer,
                std::uint64_t cycles);

} // namespace scribeline::models
