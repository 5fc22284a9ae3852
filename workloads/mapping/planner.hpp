// Chooses where the blocks of a token run (token_plan.hpp): the size of the regions, how many wafers, and which blocks
// each region owns. It tries sizes of every order, and more between the best of them (region_sizes.hpp), cuts the model
// into as few stages as fit the SRAM, and compares by the closed forms (token_forms.hpp). Regions that are not square
// are used in one column: the hidden vector could not turn east.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

namespace scribeline::workloads {

// The closed forms that plans are compared by are within this of what the mesh takes:
// tests/analytic/fabric_block_forms.cpp.
constexpr double error_of_forms = 0.03;

// Never `automatic`: a region that was asked for means one layer on it, as the published runs were made.
configs::Schedule schedule_of(configs::Parameters const&);

// mapping.schedule = pipeline: every block once, in order. mapping.schedule = layer: one region with one stage that
// holds attention and feed-forward of layer 0, which stand for those of all layers; embedding and head have no place.
//
// mapping.objective: latency compares cycles per token, and where the closed forms cannot tell them apart the tokens
// per second of all requests in flight; throughput compares these. mapping.wafers = 0: as few wafers as hold the model
// in regions of any size. mapping.tables = auto puts embedding and LM head on regions; where the model then does not
// fit, or needs more wafers, it spreads them over whole wafers (TokenPlan::wafer_tables), in regions as wide as the
// wafer.
//
// Throws configs::UserError: answer_is_no where the model does not fit, with the part, the bytes missing, and what
// would help; bad_config for mapping.tables = wafer with a mapping.region that is narrower than the wafer.
TokenPlan plan_token(DecodeStep const&, configs::Parameters const&);

} // namespace scribeline::workloads
