// Weights that cross the edge for each token, in the record of a token: an operator before each block, which is the
// wait for its weights.
#pragma once

#include "configs/config.hpp"
#include "models/wafer/edge/weight_stream.hpp"
#include "models/wafer/outcome.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <vector>

namespace scribeline::models {

// The kind of these operators, and the name of their bar in the waterfall.
constexpr char const* edge_kind = "edge";

// The blocks of a token whose operators have their times, as its regions, links and edges see them. `links`: what goes
// over a link between wafers is told as bytes; otherwise its time is a part of the way.
std::vector<StreamedBlock> blocks_of_token(std::vector<OperatorOutcome> const& operators,
                                           workloads::DecodeStep const& step, configs::Parameters const& p,
                                           workloads::TokenPlan const& plan, bool links);

// Does nothing to a plan whose weights are resident. Every PE pauses as long as the last one waits. Returns the books
// of the edges.
Books add_streamed_weights(Outcome& outcome, configs::Parameters const& p, workloads::DecodeStep const& step,
                           workloads::TokenPlan const& plan);

// One operator without a time, for counts: the bytes that all edges pass for a token.
OperatorOutcome weights_over_edge(workloads::DecodeStep const& step, workloads::TokenPlan const& plan);

} // namespace scribeline::models
