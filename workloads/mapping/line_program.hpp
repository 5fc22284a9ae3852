// A collective alone on a line of PEs: the smallest program in which its routes and operations run. Lines lie side by
// side where a region is wider than one.
#pragma once

#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::workloads {

enum class LineStage : std::uint8_t { reduce, broadcast, all_reduce };

// `lines` copies of the collective: rows below one another along x, columns beside one another along y.
Program line_program(LineCollective const& line, LineStage stage, Message const& message, StreamCosts const& costs,
                     std::uint32_t lines = 1);
Program line_program(StarReduce const& star, Message const& message, StreamCosts const& costs, std::uint32_t lines = 1);

// Wavelets carry numbers from here on: `elements` of SRAM a PE, all of them 0 until the caller writes them.
void add_payload(Program& program, Element element, std::uint32_t elements);

} // namespace scribeline::workloads
