// A token on its wafers as SystemC modules: what its regions take comes from the mesh that was simulated, and what
// passes links and edges from the sockets. Weights that are streamed become operators in the record of the token, one
// before each block, which is the wait for them.
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

// Plays a token whose operators have their times on the modules of all its wafers. Of a plan whose weights are resident
// no time changes: the books hold the modules' to the mesh's, to the cycle. Otherwise every PE pauses as long as the
// last one waits. Counts the modules, and returns the books of their sockets.
Books play_on_modules(Outcome& outcome, configs::Parameters const& p, workloads::DecodeStep const& step,
                      workloads::TokenPlan const& plan);

// The same of a record that is not cut into blocks: every wavelet of a token, or one layer for all. One wafer.
void play_whole(Outcome& outcome, configs::Parameters const& p);

// One operator without a time, for counts: the bytes that all edges pass for a token.
OperatorOutcome weights_over_edge(workloads::DecodeStep const& step, workloads::TokenPlan const& plan);

} // namespace scribeline::models
