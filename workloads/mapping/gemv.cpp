#include "workloads/mapping/gemv.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/line_program.hpp"
#include "workloads/mapping/pe_costs.hpp"

#include <fmt/format.h>

namespace scribeline::workloads {

GemvProgram map_gemv(std::uint32_t n, std::uint32_t side, std::uint32_t groups, configs::Parameters const& p)
{
    SCRIBELINE_EXPECT(n >= 1 && side >= 1 && groups <= side);
    std::uint32_t const per_word = p.workload.activation_bits == 16 ? 2 : 1;
    auto const          even     = [](std::uint32_t x) { return (x + 1) & ~1u; };
    GemvProgram         gemv{};
    gemv.inputs  = (n + side - 1) / side;
    gemv.outputs = gemv.inputs;
    gemv.input   = 0;
    gemv.matrix  = even(gemv.inputs);
    gemv.output  = gemv.matrix + even(gemv.inputs * gemv.outputs);

    gemv.elements     = gemv.output + even(gemv.outputs);
    double const need = p.pe.sram_runtime.value() +
                        double{gemv.matrix + even(gemv.outputs) * 1.0} * p.workload.activation_bits / 8.0 +
                        double{gemv.inputs * 1.0} * gemv.outputs * p.workload.weight_bits / 8.0;
    if (need > p.pe.sram.value())
        throw configs::UserError{
            configs::Exit::answer_is_no,
            fmt::format(
                "a {}x{} matrix does not fit on {}x{} PEs: its block needs {:.0f} bytes of the {:.0f} of a PE's "
                "SRAM, {:.0f} too many. Use more PEs, or narrower weights (workload.weight_bits).",
                n, n, side, side, need, p.pe.sram.value(), need - p.pe.sram.value())};

    LineCollective const line{Axis::x, centred_two_level(side, groups == 0 ? default_groups(side) : groups), 0};
    Message const        message{(gemv.outputs + per_word - 1) / per_word, gemv.output, Combine::add, 1};
    gemv.program = line_program(line, LineStage::all_reduce, message, StreamCosts::of(p), side);

    auto product   = PeCosts{p}.multiply_accumulate(gemv.inputs, gemv.outputs);
    product.last   = true;
    product.kernel = 1;
    for (auto& role : gemv.program.roles)
        role.insert(role.begin(), product);
    gemv.program.kernels.push_back(
        {Kernel::matrix_vector, gemv.output, gemv.input, gemv.matrix, 0, gemv.inputs, gemv.outputs});
    gemv.program.operators.insert(gemv.program.operators.begin(), {"product", "gemv", ""});
    gemv.program.element = per_word == 2 ? Element::fp16 : Element::fp32;
    return gemv;
}

} // namespace scribeline::workloads
