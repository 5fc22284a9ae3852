// What of a model crosses the edge of a wafer for each token where its weights are streamed (mapping.weights).
#pragma once

#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

namespace scribeline::workloads {

// Bytes of a block. Of the embedding the rows that the step reads; of experts all that the layer has, because which of
// them are chosen is known when the layer before is done, and that is too late to bring them.
double weights_over_edge(DecodeStep const& step, Block block);

} // namespace scribeline::workloads
