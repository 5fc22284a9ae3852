// A collective or a transfer on a line of PEs, as a case asks for it: the program, and the closed form beside it.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/line_program.hpp"
#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace scribeline::models {

enum class LinePattern : std::uint8_t { chain, star, two_level, tree, broadcast, transfer };
// Of collectives, as a case's `model` names them, alone or behind `reduce:` or `all_reduce:`.
inline constexpr std::array line_patterns{"chain", "star", "two_level", "tree", "broadcast"};

struct LineCase {
    LinePattern          pattern  = LinePattern::chain;
    workloads::LineStage stage    = workloads::LineStage::reduce;
    workloads::Axis      axis     = workloads::Axis::x;
    std::uint32_t        pes      = 2;
    std::uint32_t        groups   = 0;    // of two_level; 0: default_groups
    std::uint32_t        wavelets = 1;    // of each PE, or of the transfer
    bool                 prepared = true; // all operations set up before the first cycle, as published forms count

    std::uint32_t hops() const { return pes - 1; } // of a transfer
};

// A reduction gathers at position 0 and is set up as the published forms have it; an all-reduce is the one of a decode
// layer, whose groups meet in their middles. A transfer is a send at position 0 and a receive at the other end, which
// the first wavelet starts. Throws configs::UserError (answer_is_no) when the vector does not fit into a PE's SRAM.
workloads::Program line_case_program(LineCase const& wish, configs::Parameters const& parameters);

// Cycles; nothing where no form is known: trees and stars as all-reduce, reductions with their set-up.
std::optional<double> line_case_form(LineCase const& wish, configs::Parameters const& parameters);

} // namespace scribeline::models
