#include "workloads/mapping/pe_costs.hpp"

#include <algorithm>

namespace scribeline::workloads {

PeCosts::PeCosts(configs::Parameters const& p)
    : pe_{p.pe}, overhead_{static_cast<std::uint32_t>(p.software.operator_overhead.count())},
      element_bytes_{p.workload.activation_bits / 8}
{
}

// `read` and `written`: elements that one step of the operation moves from and to SRAM. The ports bound the rate.
Operation PeCosts::vector(Work work, std::uint32_t operations, std::uint32_t length, configs::ElementRate rate,
                          std::uint32_t read, std::uint32_t written) const
{
    std::uint64_t const elements = std::uint64_t{operations} * length;
    auto const          ceil     = [](std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; };
    std::uint64_t const datapath = ceil(elements * 100, rate.hundredths);
    std::uint64_t const ports    = std::max(ceil(elements * read * element_bytes_, pe_.sram_read_bytes),
                                            ceil(elements * written * element_bytes_, pe_.sram_write_bytes));
    Operation           op;
    op.dispatch   = static_cast<std::uint32_t>(operations * pe_.vector_setup.count());
    op.arithmetic = static_cast<std::uint32_t>(datapath);
    op.sram       = static_cast<std::uint32_t>(ports > datapath ? ports - datapath : 0);
    op.work       = work;
    op.elements   = static_cast<std::uint32_t>(elements);
    return op;
}

Operation PeCosts::multiply_accumulate(std::uint32_t operations, std::uint32_t length) const
{
    // A weight and the sum so far come from SRAM, the other factor from a register.
    return vector(Work::multiply, operations, length, element_bytes_ == 2 ? pe_.mac_rate_fp16 : pe_.mac_rate_fp32, 2,
                  1);
}

Operation PeCosts::widen(std::uint32_t operations, std::uint32_t length, std::uint32_t bits) const
{
    return bits < 16 ? vector(Work::copy, operations, length, pe_.convert_rate, 1, 1) : Operation{};
}

Operation PeCosts::add(std::uint32_t length) const
{
    return vector(Work::add, 1, length, element_bytes_ == 2 ? pe_.add_rate_fp16 : pe_.mac_rate_fp32, 2, 1);
}

Operation PeCosts::copy(std::uint32_t length) const
{
    // Rates of copies are measured in bytes: half as many fp32 as fp16 elements (4.82 and 2.44 a cycle).
    configs::ElementRate const rate{pe_.copy_rate_fp16.hundredths * 2 / element_bytes_};
    return vector(Work::copy, 1, length, rate, 1, 1);
}

Operation PeCosts::scalar(std::uint32_t iterations) const
{
    Operation op;
    op.arithmetic = static_cast<std::uint32_t>(ceil(pe_.scalar_iteration * iterations).count());
    op.work       = Work::scalar;
    op.elements   = iterations;
    return op;
}

Operation PeCosts::control() const
{
    Operation op;
    op.dispatch = overhead_;
    return op;
}

} // namespace scribeline::workloads
