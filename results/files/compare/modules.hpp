// What passed between the SystemC modules of GPUs, where a comparison ran them.
#pragma once

#include "models/compare/comparison.hpp"
#include "results/hdf5/writer.hpp"

#include <vector>

namespace scribeline::results {

// `tiers`: bytes, latencies and waiting by kind of target, at each context. `transactions`: every transfer that was
// kept (run.trace). Writes nothing where no modules ran.
void write_modules(hdf5::Group& machine, std::vector<models::ComparisonRow const*> const& rows);

} // namespace scribeline::results
