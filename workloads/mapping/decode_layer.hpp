// One decoder layer as color routes and role programs on a region: every operator is control code, local work, and
// where its result is spread over several PEs, an all-reduce.
//
//     along x: sums of the norms, query/key/value, maximum and sum of the softmax, weighted values, gate and up
//     along y: scores (in the segment of a head), output projection, down
#pragma once

#include "configs/config.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/layer_memory.hpp"
#include "workloads/mapping/program.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace scribeline::workloads {

// Additions that a number passes in an all-reduce along each axis, and in the segment of a head.
struct SumDepth {
    std::uint32_t x = 0, y = 0, head = 0;
};

struct LayerProgram {
    Program                  program;
    LayerLayout              layout;
    SumDepth                 depth;
    DecodeStep               step;
    std::size_t              kind = 0; // of the layer: the one that most layers are of
    std::vector<std::string> notes;    // what a reader of the result should know
};

// Throws configs::UserError: answer_is_no when the layer does not fit, bad_config for a grouping or reduction that the
// region or the router cannot have.
LayerProgram map_decode_layer(DecodeStep const& step, configs::Parameters const& parameters);

} // namespace scribeline::workloads
