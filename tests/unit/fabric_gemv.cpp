// A matrix-vector product alone on a region: it computes the product, and takes what its parts take.
#include "support/configs.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/mapping/collective_forms.hpp"
#include "workloads/mapping/gemv.hpp"
#include "workloads/mapping/line_program.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;

TEST_CASE("every PE of a row ends with the row's part of the product")
{
    auto const n = GENERATE(8u, 13u, 30u), side = GENERATE(1u, 4u, 6u);
    auto       p               = small_wafer(6, 6, 2, 3);
    p.workload.activation_bits = 32; // whole numbers of this size are exact in fp32
    auto       gemv            = workloads::map_gemv(n, side, 0, p);
    auto&      program         = gemv.program;
    auto const input           = [&](std::uint32_t i) { return i < n ? static_cast<float>(i % 7) - 3 : 0.0f; };
    auto const weight          = [&](std::uint32_t i, std::uint32_t j) {
        return i < n && j < n ? static_cast<float>((i * 5 + j * 3) % 11) - 5 : 0.0f;
    };
    workloads::add_payload(program, workloads::Element::fp32, gemv.elements);
    for (std::uint32_t y = 0; y < side; ++y)
        for (std::uint32_t x = 0; x < side; ++x) {
            float* const sram = &program.sram[program.pe(x, y) * gemv.elements];
            for (std::uint32_t i = 0; i < gemv.inputs; ++i) {
                sram[gemv.input + i] = input(x * gemv.inputs + i);
                for (std::uint32_t j = 0; j < gemv.outputs; ++j)
                    sram[gemv.matrix + i * gemv.outputs + j] = weight(x * gemv.inputs + i, y * gemv.outputs + j);
            }
        }
    fabric::Mesh mesh{program, p};
    mesh.run();
    CHECK(unbalanced(mesh.books()) == "");
    for (std::uint32_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::uint32_t i = 0; i < n; ++i)
            sum += input(i) * weight(i, j);
        for (std::uint32_t x = 0; x < side; ++x)
            CHECK(mesh.sram(x, j / gemv.outputs, gemv.output + j % gemv.outputs) == sum);
    }
}

TEST_CASE("a product takes its local part and the all-reduce of its outputs")
{
    auto const&  p    = machine("wse2");
    auto const   gemv = workloads::map_gemv(1920, 240, 15, p); // blocks of 8x8
    fabric::Mesh mesh{gemv.program, p};
    auto const   cycles = static_cast<double>(mesh.run());
    CHECK(mesh.operator_end(0) == 8 * (7 + 8 / 4));
    CHECK(cycles ==
          Approx(8 * (7 + 8 / 4) + workloads::centred_all_reduce_form(240, 15, 4, workloads::LineTimes::of(p)))
              .epsilon(0.005));
    CHECK(gemv.program.operators[0].name == "product");
    CHECK(gemv.program.operators[1].name == "all_reduce");
    CHECK(mesh.operator_end(1) == mesh.run());
}

TEST_CASE("a product without a number of groups uses the default, and sides that do not divide are padded")
{
    auto const& p    = machine("wse2");
    auto const  gemv = workloads::map_gemv(100, 12, 0, p);
    CHECK(gemv.inputs == 9);
    CHECK(gemv.outputs == 9);
    CHECK(gemv.program.roles.size() == 12);
    CHECK(gemv.program.pes() == 144);
    for (auto const address : {gemv.input, gemv.matrix, gemv.output, gemv.elements})
        CHECK(address % 2 == 0);
}

TEST_CASE("a matrix that does not fit is refused with the bytes that are missing")
{
    auto const refusal = refusal_of([] { workloads::map_gemv(16384, 80, 0, machine("wse2")); });
    CHECK(refusal.code == configs::Exit::answer_is_no);
    CHECK_THAT(refusal.text, Catch::Contains("16384x16384") && Catch::Contains("80x80") &&
                                 Catch::Contains("49152 of a PE's SRAM") && Catch::Contains("too many"));
    auto narrow                 = machine("wse2");
    narrow.workload.weight_bits = 8;
    CHECK_NOTHROW(workloads::map_gemv(16384, 80, 0, narrow));
}
