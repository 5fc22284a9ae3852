// What products on a mesh cost a PE: what the programs of mesh_gemm.hpp are written with, and the forms of
// mesh_forms.hpp count.
//
// A tile product m x k by k x n goes over vectors of m elements, m the tokens of a PE. Its inner dimension is a loop of
// scalar code; each of the k iterations dispatches one operation that is mapped over n elements of the right tile, and
// with each of them a multiply-accumulate of a whole vector. Source: the structure of WaferLLM's published kernels
// (OSDI 2025). Where a prompt passes a pipeline in small chunks, m may be as small as 1: there the vectors are the n
// outputs instead, wherever that takes fewer cycles (mapping.schedule = layer keeps to the published form).
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::workloads {

class MeshCosts {
  public:
    explicit MeshCosts(configs::Parameters const& parameters);

    Operation tile_product(std::uint32_t m, std::uint32_t k, std::uint32_t n) const;
    // `operations` vector operations over `length` elements each, one after another.
    Operation multiply_accumulate(std::uint64_t operations, std::uint32_t length) const;
    Operation add(std::uint64_t operations, std::uint32_t length) const;
    Operation copy(std::uint64_t operations, std::uint32_t length) const;
    // Threads share the datapath with the program: it moves the wavelets of their streams at the rate of copies.
    Operation moves(std::uint64_t wavelets) const;
    Operation scalar(std::uint64_t iterations) const;
    // One pass of a loop around streams and products; the tasks that streams activate when they end.
    Operation step() const { return scalar(1); }
    Operation join(std::uint32_t tasks) const;
    Operation control() const;

    StreamCosts const&       stream() const { return stream_; }
    configs::PeParams const& pe() const { return pe_; }
    std::uint32_t            wavelets(std::uint64_t elements, double bits) const;
    std::uint32_t            activation_bits() const { return activation_bits_; }

  private:
    Operation vector(std::uint64_t operations, std::uint32_t length, configs::ElementRate rate, std::uint32_t read,
                     std::uint32_t written) const;
    bool      half() const { return activation_bits_ == 16; }

    configs::PeParams const pe_;
    StreamCosts const       stream_;
    std::uint32_t const     overhead_, activation_bits_;
    bool const              vectors_of_outputs_; // where they are cheaper
};

// Cycles of an operation without a stream.

// Tasks that the end of the shifts activates: one per axis; one that both of them unblock; and the next step.
// Source: WaferLLM's published kernels.
constexpr std::uint32_t tasks_of_a_step = 4, tasks_of_one_axis = 3, tasks_of_an_alignment = 1;

} // namespace scribeline::workloads
