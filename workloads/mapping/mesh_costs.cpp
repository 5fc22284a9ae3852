#include "workloads/mapping/mesh_costs.hpp"

#include <cmath>

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"
#include "workloads/mapping/planner.hpp"

#include <algorithm>
#include <limits>

namespace scribeline::workloads {

namespace {

using configs::ceil_divide;

std::uint32_t cycles(std::uint64_t count)
{
    SCRIBELINE_EXPECT(count <= std::numeric_limits<std::uint32_t>::max());
    return static_cast<std::uint32_t>(count);
}

} // namespace

MeshCosts::MeshCosts(configs::Parameters const& p)
    : pe_{p.pe}, stream_{StreamCosts::of(p)}, overhead_{static_cast<std::uint32_t>(
                                                  p.software.operator_overhead.count())},
      activation_bits_{p.workload.activation_bits}, vectors_of_outputs_{schedule_of(p) == configs::Schedule::pipeline}
{
}

// Short vectors: each begins with a cycle of its own, so cycles are rounded up for each, not for their sum.
Operation MeshCosts::vector(std::uint64_t operations, std::uint32_t length, configs::ElementRate rate,
                            std::uint32_t read, std::uint32_t written) const
{
    std::uint64_t const bytes    = activation_bits_ / 8;
    std::uint64_t const datapath = ceil_divide(std::uint64_t{length} * 100, rate.hundredths);
    std::uint64_t const ports    = std::max(ceil_divide(length * bytes * read, pe_.sram_read_bytes),
                                            ceil_divide(length * bytes * written, pe_.sram_write_bytes));
    Operation           op;
    op.dispatch   = cycles(operations * pe_.vector_setup.count());
    op.arithmetic = cycles(operations * datapath);
    op.sram       = cycles(operations * (ports > datapath ? ports - datapath : 0));
    return op;
}

Operation MeshCosts::multiply_accumulate(std::uint64_t operations, std::uint32_t length) const
{
    return vector(operations, length, half() ? pe_.mac_rate_fp16 : pe_.mac_rate_fp32, 2, 1);
}

Operation MeshCosts::add(std::uint64_t operations, std::uint32_t length) const
{
    return vector(operations, length, half() ? pe_.add_rate_fp16 : pe_.mac_rate_fp32, 2, 1);
}

Operation MeshCosts::copy(std::uint64_t operations, std::uint32_t length) const
{
    return vector(operations, length, {pe_.copy_rate_fp16.hundredths * 16 / activation_bits_}, 1, 1);
}

Operation MeshCosts::tile_product(std::uint32_t m, std::uint32_t k, std::uint32_t n) const
{
    auto op = multiply_accumulate(std::uint64_t{k} * n, m);
    if (vectors_of_outputs_)
        if (auto const other = multiply_accumulate(std::uint64_t{k} * m, n); length_of(other) < length_of(op))
            op = other;
    op.dispatch += cycles(k * pe_.vector_setup.count());
    op.arithmetic += scalar(k).arithmetic;
    return op;
}

Operation MeshCosts::moves(std::uint64_t wavelets) const
{
    Operation op;
    op.arithmetic =
        cycles(ceil_divide(wavelets * 2 * 100, pe_.copy_rate_fp16.hundredths)); // of two 16-bit elements each
    return op;
}

Operation MeshCosts::scalar(std::uint64_t iterations) const
{
    Operation op;
    op.arithmetic = cycles(ceil_divide(iterations * pe_.scalar_iteration.count(), 8));
    return op;
}

Operation MeshCosts::join(std::uint32_t tasks) const
{
    Operation op;
    op.joins    = true;
    op.dispatch = tasks * stream_.activation;
    return op;
}

Operation MeshCosts::control() const
{
    Operation op;
    op.dispatch = overhead_;
    return op;
}

std::uint32_t MeshCosts::wavelets(std::uint64_t elements, double bits) const
{
    return cycles(static_cast<std::uint64_t>(std::ceil(static_cast<double>(elements) * bits / 32)));
}

} // namespace scribeline::workloads
