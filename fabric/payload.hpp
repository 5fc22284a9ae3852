// The numbers in a wavelet: two fp16 elements or one fp32, and the arithmetic that rounds to them.
#pragma once

#include "workloads/mapping/program.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// The SRAM of the PEs of one reticle, as numbers, and the operations on it. Every result is rounded to the element
// type, as the datapath does; sums run in the order of the elements.
class Payload {
  public:
    Payload(workloads::Program const& program, std::size_t tiles);

    bool         active() const { return elements_ != 0; }
    float*       sram(std::size_t tile) { return &sram_[tile * elements_]; }
    float const* sram(std::size_t tile) const { return &sram_[tile * elements_]; }
    std::size_t  elements() const { return elements_; }

    // A wavelet made of the `index`-th word of a vector in SRAM.
    std::uint32_t load(std::size_t tile, std::uint32_t address, std::uint32_t index);
    // A received word meets SRAM; the result is returned, and written when `store`.
    std::uint32_t combine(std::size_t tile, std::uint32_t address, std::uint32_t index, std::uint32_t word,
                          workloads::Combine how, bool store);
    void          run(std::size_t tile, workloads::KernelCall const& call);

  private:
    float         round(float x) const;
    std::uint32_t pack(float const* element) const;
    void          unpack(std::uint32_t word, float* element) const;
    float         activation(float x) const;
    void          run_state(float* sram, workloads::KernelCall const& call) const;

    workloads::Element element_;
    int                activation_;
    std::uint32_t      per_word_;
    float              largest_; // finite number of the element type
    std::size_t        elements_;
    std::vector<float> sram_;
};

} // namespace scribeline::fabric
