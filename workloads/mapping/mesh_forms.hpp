// Closed forms of products on a mesh of X columns and Y rows: what mesh_gemm.hpp simulates on squares, and the same on
// rectangles, where the longer side's blocks pass through the shorter one, some PEs holding two of them.
//
// Nothing slows a PE down but its own work and the shifts of its neighbours, and all PEs do the same: so a step takes
//
//     I + streams x S  +  local product  +  what the shift takes beyond that  +  tasks x A
//
// and a product max(X, Y) of them, behind an alignment of at most half as many; a transposed product, and the one that
// takes its result, Y.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/collective_forms.hpp"
#include "workloads/mapping/mesh_costs.hpp"
#include "workloads/mapping/mesh_gemm.hpp"

#include <cstdint>

namespace scribeline::workloads {

// Cycles, by what they are spent on; see docs/model.md, 7 (where the time went).
struct MeshTime {
    double arithmetic = 0, dispatch = 0, sram = 0, hops = 0, serialisation = 0, reduce_stage = 0;

    double total() const { return arithmetic + dispatch + sram + hops + serialisation + reduce_stage; }

    MeshTime& operator+=(MeshTime const& more);
    MeshTime  operator*(double times) const;
};
MeshTime operator+(MeshTime a, MeshTime const& b);

class MeshForms {
  public:
    explicit MeshForms(configs::Parameters const& parameters);

    MeshCosts const& costs() const { return costs_; }

    static MeshTime of(Operation const& op);

    // `left` and `right`: wavelets of the blocks that are shifted in each of `steps`; `times` left blocks meet a right
    // one. `hidden`: the shift runs while the PE multiplies; otherwise, for want of a second buffer, that of the right
    // block runs behind, row by row (`k` of them) through a buffer of one row.
    MeshTime product(MeshTile tile, std::uint32_t times, std::uint32_t left, std::uint32_t right, std::uint32_t steps,
                     bool hidden = true) const;
    // Of one matrix whose line is `steps` long, or of two at once (right > 0).
    MeshTime alignment(std::uint32_t left, std::uint32_t right, std::uint32_t steps) const;
    // A B^T, the sums along a segment of so many columns.
    MeshTime scores(MeshTile tile, std::uint32_t times, std::uint32_t right, std::uint32_t segment,
                    std::uint32_t steps) const;
    // Over one row of the mesh, as the layer's norms do.
    MeshTime all_reduce(std::uint32_t pes, double elements) const;

  private:
    // From the set-up of the first stream until the last word of the last one is in: words of streams that are set up
    // one behind the other.
    double way(std::uint32_t first, std::uint32_t second, std::uint32_t streams_before_second) const;
    void   keep_pace(MeshTime& step, std::uint32_t wavelets) const;
    double chains(double ready, double stream, std::uint32_t segment, std::uint32_t steps) const;

    configs::Parameters const& p_;
    MeshCosts const            costs_;
    LineTimes const            times_;
    double const               pace_; // cycles a wavelet over a scribe line
};

} // namespace scribeline::workloads
