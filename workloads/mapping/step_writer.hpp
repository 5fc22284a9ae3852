// Writes operators as steps, in the order of a list of the decode step. What families (family.hpp) write with: the step
// and the layout that it is for, what local work costs, and the collectives.
#pragma once

#include "workloads/mapping/layer_memory.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/steps.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

class StepWriter {
  public:
    // Of a layer of that kind, or of what runs once. Without lines, for closed forms, collectives have no description.
    StepWriter(DecodeStep const& step, LayerKind const& kind, LayerLayout const& layout, RegionLines const* lines,
               configs::Parameters const& p);

    Steps write(std::vector<Operator> const& list, std::size_t first, std::size_t last);

    ModelShape const&   shape;
    LayerLayout const&  layout;
    LayerMemory const   at;
    PeCosts const       costs;
    std::uint32_t const batch;              // vectors that the step carries
    std::uint32_t const vocabulary_per_row; // words
    std::uint32_t const head_dim;           // of this kind of layers
    std::uint32_t const score_bits;         // of an index's scores

    // Local work. The kernel is what it computes where wavelets carry numbers.
    void run(Operation op, KernelCall kernel = {});
    // A matrix of n x m elements with the vectors of all sequences.
    void multiply(std::uint32_t n, std::uint32_t m, KernelCall kernel = {});
    // The slices of the experts that the pairs ask for, each with one vector.
    void multiply_experts(std::uint32_t n, std::uint32_t m);
    // With the keys or values of all sequences: each query head multiplies its n inputs with m elements of the cache.
    void multiply_cache(std::uint32_t n, std::uint32_t m, KernelCall kernel);
    // With the keys of an index: all of its heads share them.
    void multiply_index(std::uint32_t n, std::uint32_t m);
    // A matrix-vector product, and its sum along `line`.
    void product(std::uint32_t input, std::uint32_t n, std::uint32_t weights, std::uint32_t output, std::uint32_t m,
                 Line line);
    // Over the hidden vector, or one like it, which lies along x.
    void norm(std::uint32_t vector, std::uint32_t weight, std::uint32_t target);
    void residual(std::uint32_t vector);
    // A vector that lies along one axis to the other: each PE copies what it has of both into zeros, and `line` adds
    // up.
    void turn(std::uint32_t n, Line line);
    void all_reduce(Line line, std::uint32_t address, std::uint32_t elements, Combine combine);
    // Of so many wavelets, whatever an element's width.
    void all_reduce_words(Line line, std::uint32_t address, std::uint32_t words, Combine combine);
    void reduce(Line line, std::uint32_t address, std::uint32_t elements, Combine combine);

  private:
    void multiply_kept(std::uint32_t held, std::uint32_t sharing, std::uint32_t n, std::uint32_t m, KernelCall kernel);
    void collective(Line line, Gather gather, std::uint32_t wavelets, std::uint32_t address, Combine combine);

    RegionLines const*  lines_;
    std::uint32_t const weight_bits_, kv_bits_;
    bool const          computes_;
    std::uint32_t const per_word_;

    std::uint16_t op_ = 0;
    Steps         out_;
};

} // namespace scribeline::workloads
