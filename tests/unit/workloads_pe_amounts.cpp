// Cycles of a PE's operations, and what they read and write, worked out by hand.
#include "configs/schema/resolve.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/work_counts.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::workloads;

namespace {

// Round figures: 10 cycles of set-up, 3 elements a cycle, 8 bytes read and 4 written.
configs::Parameters made_up()
{
    auto p               = configs::machine_parameters("wse2");
    p.pe.vector_setup    = configs::FabricCycles{10};
    p.pe.mac_rate_fp16   = configs::ElementRate{300};
    p.pe.mac_rate_fp32   = configs::ElementRate{100};
    p.pe.add_rate_fp16   = configs::ElementRate{200};
    p.pe.copy_rate_fp16  = configs::ElementRate{150};
    p.pe.sram_read_bytes = 8, p.pe.sram_write_bytes = 4;
    return p;
}

void check(Operation const& op, std::uint32_t dispatch, std::uint32_t arithmetic, std::uint32_t sram)
{
    CHECK(op.dispatch == dispatch);
    CHECK(op.arithmetic == arithmetic);
    CHECK(op.sram == sram);
}

} // namespace

TEST_CASE("an operation takes its set-up, its elements over their rate, and what the ports are slower")
{
    auto p = made_up();
    {
        auto const costs = PeCosts{p};
        // 5 x 20 elements at 3 a cycle: 34. Two operands of 2 bytes: 50 cycles of reading; 50 of writing.
        check(costs.multiply_accumulate(5, 20), 50, 34, 16);
        check(costs.add(21), 10, 11, 0); // 84 bytes read: 10.5; 42 written: 10.5
        check(costs.copy(10), 10, 7, 0); // at 1.5 a cycle; 20 bytes
    }
    p.pe.sram_read_bytes = 4; // now reading is the slowest
    check(PeCosts{p}.multiply_accumulate(5, 20), 50, 34, 66);
    p.workload.activation_bits = 32;
    p.pe.sram_read_bytes = p.pe.sram_write_bytes = 1024;
    check(PeCosts{p}.multiply_accumulate(5, 20), 50, 100, 0);
    check(PeCosts{p}.copy(30), 10, 40, 0); // half as many of twice the size
}

TEST_CASE("what an operation reads and writes is what its kind of work has for inputs and outputs")
{
    auto const counted = [](Work work, Stream stream, Combine combine) {
        auto op       = Operation{};
        op.work       = work;
        op.elements   = 100;
        op.dispatch   = 7;
        op.arithmetic = 30;
        op.stream     = stream;
        op.wavelets   = stream == Stream::none ? 0 : 10;
        op.combine    = combine;
        return work_of(op, 2);
    };
    auto const multiply = counted(Work::multiply, Stream::none, Combine::replace);
    CHECK(multiply.multiplies == 100);
    CHECK(multiply.read == 100); // beside the matrix, which is counted as weights
    CHECK(multiply.written == 100);
    CHECK(multiply.code_cycles == 7);
    auto const add = counted(Work::add, Stream::none, Combine::replace);
    CHECK(add.additions == 100);
    CHECK(add.read == 200);
    CHECK(add.written == 100);
    auto const scalar = counted(Work::scalar, Stream::none, Combine::replace);
    CHECK(scalar.code_cycles == 37);
    CHECK(scalar.read == 100);
    CHECK(scalar.written == 100);
    auto const sent = counted(Work::none, Stream::send, Combine::replace);
    CHECK(sent.read == 20);
    CHECK(sent.injected == 10);
    CHECK(sent.written == 0);
    auto const stored = counted(Work::none, Stream::receive, Combine::replace);
    CHECK(stored.read == 0);
    CHECK(stored.written == 20);
    auto const added = counted(Work::none, Stream::receive, Combine::add);
    CHECK(added.read == 20);
    CHECK(added.additions == 20);
    CHECK(added.written == 20);
    auto const passed_on = counted(Work::none, Stream::receive_send, Combine::add);
    CHECK(passed_on.read == 20);
    CHECK(passed_on.injected == 10);
    CHECK(passed_on.written == 0);
}
