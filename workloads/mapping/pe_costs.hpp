// Cycles of a PE's local work, from its rates (docs/model.md).
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>

namespace scribeline::workloads {

class PeCosts {
  public:
    explicit PeCosts(configs::Parameters const& parameters);

    // `operations` vector operations of multiply-accumulate over `length` elements each.
    Operation multiply_accumulate(std::uint32_t operations, std::uint32_t length) const;
    // `operations` vector operations that widen `length` elements of `bits` each to those that it computes with;
    // nothing where they are as wide.
    Operation widen(std::uint32_t operations, std::uint32_t length, std::uint32_t bits) const;
    // One vector operation of element-wise additions, or copies.
    Operation add(std::uint32_t length) const;
    Operation copy(std::uint32_t length) const;
    // Loops of scalar code.
    Operation scalar(std::uint32_t iterations) const;
    // Control code around an operator.
    Operation control() const;

  private:
    Operation vector(Work work, std::uint32_t operations, std::uint32_t length, configs::ElementRate rate,
                     std::uint32_t read, std::uint32_t written) const;

    configs::PeParams const pe_;
    std::uint32_t const     overhead_, element_bytes_;
};

} // namespace scribeline::workloads
