// Do collectives finish, keep their books and add up right on lines, regions and fabrics that nobody thought of?
// RapidCheck prints the seed and the shrunk case when one does not.
#include "support/build_kind.hpp"
#include "support/fabric_programs.hpp"
#include "workloads/mapping/line_program.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;
using fabric::Mesh;

namespace {

constexpr int most_pes = tests::sanitized ? 16 : 40;

std::uint32_t between(int low, int high) { return static_cast<std::uint32_t>(*rc::gen::inRange(low, high + 1)); }

// A wafer of at least `columns` x `rows` with any cuts, latencies, rates and queues.
configs::Parameters any_wafer(std::uint32_t columns, std::uint32_t rows)
{
    auto p                      = small_wafer(columns + between(0, 5), rows + between(0, 5));
    p.wafer.reticle_columns     = std::min(between(1, 6), p.wafer.columns);
    p.wafer.reticle_rows        = std::min(between(1, 6), p.wafer.rows);
    p.fabric.hop_latency        = configs::FabricCycles{between(1, 3)};
    p.fabric.ramp_latency       = configs::FabricCycles{between(1, 4)};
    p.fabric.link_serialisation = configs::FabricEighths{between(8, 20)};
    p.fabric.input_queue_depth  = between(1, 16);
    p.scribe.extra_latency      = configs::FabricCycles{between(0, 9)};
    p.run.quantum = between(0, static_cast<int>(p.fabric.hop_latency.count() + p.scribe.extra_latency.count()));
    return p;
}

ReductionTree any_tree(std::uint32_t pes)
{
    auto const groups = between(1, static_cast<int>(pes));
    switch (between(0, 5)) {
    case 0:
        return chain(pes);
    case 1:
        return binary_tree(pes);
    case 2:
        return two_level(pes, groups);
    case 3:
        return centred_chain(pes);
    case 4:
        return centred_two_level(pes, groups);
    default:
        return segments(centred_two_level(groups, between(1, static_cast<int>(groups))),
                        between(1, static_cast<int>(pes / groups)), pes);
    }
}

StreamCosts any_costs()
{
    StreamCosts costs;
    costs.setup      = between(0, 12);
    costs.activation = between(0, 5);
    costs.interval   = between(8, 24);
    return costs;
}

// Small whole numbers, which fp32 adds without rounding in any order.
float number(std::uint32_t along, std::uint32_t line, std::uint32_t element)
{
    return static_cast<float>((along * 131 + line * 17 + element * 7) % 251) - 125;
}

void fill(Program& program, Axis axis, std::uint32_t elements)
{
    add_payload(program, Element::fp32, elements);
    for (std::uint32_t y = 0; y < program.rows; ++y)
        for (std::uint32_t x = 0; x < program.columns; ++x)
            for (std::uint32_t i = 0; i < elements; ++i)
                program.sram[program.pe(x, y) * elements + i] = axis == Axis::x ? number(x, y, i) : number(y, x, i);
}

struct Finished {
    std::uint64_t cycles, hash;
};

Finished run(Mesh& mesh)
{
    auto const cycles = mesh.run(); // throws on a deadlock, which fails the property
    RC_ASSERT(unbalanced(mesh.books()) == "");
    return {cycles, mesh.hash()};
}

// In the other order of visiting, and watched: a reticle then takes another way through its passes.
void agree_otherwise(Program const& program, configs::Parameters p, Finished const& forward)
{
    p.run.visiting = configs::VisitingOrder::reverse;
    Mesh       mesh{program, p};
    auto const reverse = run(mesh);
    RC_ASSERT(reverse.cycles == forward.cycles);
    RC_ASSERT(reverse.hash == forward.hash);
    Recorder   recorder;
    Mesh       watched{program, p, {}, &recorder};
    auto const traced = run(watched);
    RC_ASSERT(traced.cycles == forward.cycles);
    RC_ASSERT(traced.hash == forward.hash);
}

} // namespace

TEST_CASE("any all-reduce on any fabric leaves the same right sum in every PE of its segment")
{
    CHECK(rc::check([] {
        auto const           axis  = *rc::gen::element(Axis::x, Axis::y);
        auto const           pes   = between(1, most_pes);
        auto const           lines = between(1, 6);
        auto const           words = between(1, 60);
        LineCollective const line{axis, any_tree(pes), static_cast<Color>(between(0, 4))};
        bool const           largest = *rc::gen::arbitrary<bool>();
        Message              message{words, 0, largest ? Combine::max : Combine::add};
        auto                 program = line_program(line, LineStage::all_reduce, message, any_costs(), lines);
        fill(program, axis, words);
        auto const p = any_wafer(program.columns, program.rows);
        Mesh       mesh{program, p};
        auto const done = run(mesh);
        for (std::uint32_t l = 0; l < lines; ++l)
            for (std::uint32_t at = 0; at < pes; ++at) {
                auto const&         node    = line.tree().nodes[at];
                std::uint32_t const element = at % words; // one of them for each PE
                float               expect  = number(node.first, l, element);
                for (std::uint32_t i = node.first + 1; i <= node.last; ++i)
                    expect = largest ? std::max(expect, number(i, l, element)) : expect + number(i, l, element);
                RC_ASSERT((axis == Axis::x ? mesh.sram(at, l, element) : mesh.sram(l, at, element)) == expect);
            }
        agree_otherwise(program, p, done);
    }));
}

TEST_CASE("any reduction leaves the right sum in its root")
{
    CHECK(rc::check([] {
        auto const                 pes = between(2, most_pes), words = between(1, 80);
        auto const                 axis = *rc::gen::element(Axis::x, Axis::y);
        Program                    program;
        std::vector<std::uint32_t> roots, from, to; // of each segment
        if (*rc::gen::arbitrary<bool>()) {
            program = line_program(StarReduce{axis, pes, 3}, {words}, any_costs());
            roots   = {0};
            from    = {0};
            to      = {pes - 1};
        } else {
            LineCollective const line{axis, any_tree(pes), 0, false};
            program = line_program(line, LineStage::reduce, {words}, any_costs());
            for (std::uint32_t at = 0; at < pes; ++at)
                if (line.tree().is_root(at)) {
                    roots.push_back(at);
                    from.push_back(line.tree().nodes[at].first);
                    to.push_back(line.tree().nodes[at].last);
                }
        }
        fill(program, axis, words);
        auto const p = any_wafer(program.columns, program.rows);
        Mesh       mesh{program, p};
        auto const done = run(mesh);
        for (std::size_t s = 0; s < roots.size(); ++s)
            for (std::uint32_t element = 0; element < words; ++element) {
                float sum = 0;
                for (std::uint32_t i = from[s]; i <= to[s]; ++i)
                    sum += number(i, 0, element);
                RC_ASSERT((axis == Axis::x ? mesh.sram(roots[s], 0, element) : mesh.sram(0, roots[s], element)) == sum);
            }
        agree_otherwise(program, p, done);
    }));
}

TEST_CASE("any broadcast brings the root's vector to all")
{
    CHECK(rc::check([] {
        auto const           pes = between(1, most_pes), words = between(1, 80);
        LineCollective const line{Axis::x, any_tree(pes), 0};
        auto                 program = line_program(line, LineStage::broadcast, {words}, any_costs());
        fill(program, Axis::x, words);
        auto const p = any_wafer(program.columns, program.rows);
        Mesh       mesh{program, p};
        auto const done = run(mesh);
        for (std::uint32_t x = 0; x < pes; ++x)
            for (std::uint32_t i = 0; i < words; ++i)
                RC_ASSERT(mesh.sram(x, 0, i) == number(line.root_of(x), 0, i));
        agree_otherwise(program, p, done);
    }));
}

TEST_CASE("random traffic finishes on any fabric, in either order of visiting")
{
    CHECK(rc::check([] {
        auto const columns = between(1, 14), rows = between(1, 14);
        auto const traffic = random_traffic(columns, rows, between(1, 21), *rc::gen::arbitrary<std::uint64_t>());
        auto const p       = any_wafer(columns, rows);
        Mesh       mesh{traffic.program, p};
        auto const done = run(mesh);
        RC_ASSERT(mesh.counters().injected == traffic.injected);
        RC_ASSERT(mesh.counters().delivered == traffic.delivered);
        agree_otherwise(traffic.program, p, done);
    }));
}

TEST_CASE("a layer finishes on any region that holds it, with its books balanced and its parts added up")
{
    CHECK(rc::check([] {
        auto const columns = between(2, tests::sanitized ? 10 : 24), rows = between(2, tests::sanitized ? 10 : 24);
        auto       p               = any_wafer(columns, rows);
        p.mapping.region           = {columns, rows};
        p.mapping.groups           = between(0, static_cast<int>(std::min(columns, rows)));
        p.mapping.reduction        = *rc::gen::element(configs::Reduction::two_level, configs::Reduction::chain);
        p.workload.context         = between(1, 200);
        p.workload.kv_heads        = *rc::gen::element(configs::KvHeads::model, configs::KvHeads::full);
        p.workload.activation_bits = *rc::gen::element(16u, 32u);
        auto const program         = decode_layer(p);
        Mesh       mesh{program, p};
        auto const done = run(mesh);
        RC_ASSERT(mesh.operator_end(program.operators.size() - 1) == done.cycles);
        for (auto const* r : mesh.all())
            for (auto const& end : r->operator_ends())
                RC_ASSERT(end.blame.total() == end.cycle);
        agree_otherwise(program, p, done);
    }));
}
