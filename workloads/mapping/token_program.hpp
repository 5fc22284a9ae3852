// A whole token as one program: the regions of a plan on one wafer, each with its blocks, and the hidden vector on its
// way from region to region (workloads/mapping/line_fan.hpp), across the axis that it lies along, or along it: then the
// PEs of the diagonal send, and it lies along the other axis in the next region.
//
// Every PE of a region runs the same blocks, so its role holds each kind of block once, as segments, and a script says
// which of them a stage runs, and how often.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/program.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// Which operator of the model an operator of the program is.
struct TokenOperator {
    BlockKind     kind  = BlockKind::attention;
    std::uint32_t index = 0;  // in DecodeStep::layer or once
    std::int32_t  layer = -1; // -1: runs once
    std::uint32_t stage = 0;
    bool          move  = false; // of the hidden vector, to the next stage
};

struct TokenProgram {
    Program                    program;
    std::vector<TokenOperator> operators; // as program.operators
};

// Why a plan cannot be one program; empty when it can: several wafers, or tables over the whole wafer.
std::string obstacle_to_one_program(TokenPlan const&);

TokenProgram map_token(DecodeStep const&, TokenPlan const&, configs::Parameters const&);

} // namespace scribeline::workloads
