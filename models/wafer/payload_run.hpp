// A run whose wavelets carry real numbers: made up from run.seed, computed by the PEs, and held against a plain
// reference of the same layer.
#pragma once

#include "configs/parameters.hpp"
#include "models/wafer/outcome.hpp"
#include "workloads/mapping/layer_payload.hpp"

namespace scribeline::models {

class PayloadRun {
  public:
    // Throws configs::UserError for a layer whose numbers the mesh cannot carry.
    PayloadRun(workloads::LayerProgram layer, std::uint64_t seed);

    workloads::LayerProgram const& layer() const { return layer_; }

    // The output in every row of PEs, and the key and value that the step added to the cache, once the run is over.
    PayloadCheck check(workloads::ReadSram const& read) const;

  private:
    workloads::LayerProgram layer_;
    workloads::LayerResult  expected_;
};

} // namespace scribeline::models
