// What the PEs of a region do, as a list of steps that is the same for all of them: local work that takes every PE
// equally long, and collectives over the lines of the region. A role program is this list as one position sees it; the
// folded fidelity runs the list itself.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/program.hpp"
#include "workloads/mapping/region_lines.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

enum class Gather : std::uint8_t { all_reduce, reduce }; // everybody has the sum, or the middle of the line alone

struct Step {
    std::uint16_t op         = 0; // index into the list of operators
    bool          collective = false;

    Operation  local; // cycles of dispatch, arithmetic and SRAM
    KernelCall kernel;

    Line    line   = Line::row;
    Gather  gather = Gather::all_reduce;
    Message message;
};

struct Steps {
    std::vector<Step>         list;
    std::vector<OperatorName> operators;
};

// The operators of a decoder layer of a kind, or of one half of it; names as in DecodeStep::layer(). Without lines, for
// closed forms, collectives have no description.
enum class LayerPart : std::uint8_t { all, attention, feed_forward };
Steps layer_steps(DecodeStep const&, std::size_t kind, LayerPart, LayerLayout const&, RegionLines const*,
                  configs::Parameters const&);

// What runs once: the token's row of the embedding table, and after the layers the final norm, the LM head and the
// choice of the next token. The table lies in the columns as the hidden vector does and its rows over the rows of the
// region; the head's outputs lie over the rows.
Steps embedding_steps(DecodeStep const&, LayerLayout const&, RegionLines const*, configs::Parameters const&);
Steps head_steps(DecodeStep const&, LayerLayout const&, RegionLines const*, configs::Parameters const&);

// The first operator of DecodeStep::layer() that belongs to the feed-forward half.
std::size_t first_of_feed_forward(DecodeStep const&, std::size_t kind);

// Whether the kernels compute what the operators stand for, so that a run can carry numbers: one sequence, keys and
// values cached as they are, no experts.
bool computes(LayerLayout const&);

} // namespace scribeline::workloads
