// Is the folded fidelity equal to the wavelet fidelity, cycle for cycle, on regions that nobody thought of?
#include "fabric/crossed.hpp"
#include "fabric/fold.hpp"
#include "support/build_kind.hpp"
#include "support/draw.hpp"
#include "support/fabric_programs.hpp"
#include "support/mixed_shapes.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/line_fan.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/steps.hpp"

#include <catch2/catch.hpp>

#include <cstdio>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

configs::Parameters any_parameters(Draw& draw, std::uint32_t most_side)
{
    auto const side    = [&] { return draw.one_in(4) ? draw.between(1, 6) : draw.between(4, most_side); };
    auto const columns = side(), rows = side();

    auto p                      = small_wafer(columns + draw.between(0, 9), rows + draw.between(0, 9));
    p.wafer.reticle_columns     = draw.between(1, std::min(5u, p.wafer.columns));
    p.wafer.reticle_rows        = draw.between(1, std::min(5u, p.wafer.rows));
    p.mapping.region            = {columns, rows};
    p.mapping.groups            = draw.one_in(3) ? 0 : draw.between(1, std::min(columns, rows));
    p.mapping.reduction         = draw.one_in(5)   ? configs::Reduction::chain
                                  : draw.one_in(4) ? configs::Reduction::tree
                                                   : configs::Reduction::two_level;
    p.fabric.colors             = 32;
    p.fabric.hop_latency        = configs::FabricCycles{draw.one_in(2) ? draw.between(1, 2) : draw.between(1, 8)};
    p.fabric.ramp_latency       = configs::FabricCycles{draw.one_in(2) ? 2 : draw.between(1, 8)};
    p.fabric.link_serialisation = configs::FabricEighths{draw.one_in(3) ? 8 : draw.one_in(2) ? 9 : draw.between(8, 24)};
    p.fabric.input_queue_depth  = draw.one_in(2) ? 5 : draw.between(1, 16);
    p.scribe.extra_latency      = configs::FabricCycles{draw.one_in(2) ? 0 : draw.between(1, 30)};
    p.scribe.link_serialisation = configs::FabricEighths{draw.one_in(3) ? 8 : draw.between(8, 50)};
    p.pe.vector_setup           = configs::FabricCycles{draw.between(0, 20)};
    p.pe.stream_setup           = configs::FabricCycles{draw.one_in(4) ? 0 : draw.between(1, 12)};
    p.pe.task_activation        = configs::FabricCycles{draw.between(0, 8)};
    p.software.operator_overhead = configs::FabricCycles{draw.one_in(3) ? 0 : draw.between(1, 150)};
    p.workload.context           = draw.between(1, 400);
    p.workload.activation_bits   = draw.one_in(4) ? 32 : 16;
    p.workload.kv_heads          = draw.one_in(5) ? configs::KvHeads::full : configs::KvHeads::model;
    p.workload.batch             = draw.one_in(2) ? 1 : draw.between(2, 5);
    p.workload.weight_bits       = draw.one_in(3) ? 8 : 16;
    p.mapping.expert_groups      = draw.between(0, 4);
    p.pe.sram                    = configs::Bytes{16e6};
    return p;
}

struct Folded {
    std::vector<fabric::OperatorPath> path;
    std::uint64_t                     cycles = 0;
    fabric::FoldTotals                totals;
};

Folded fold(workloads::DecodeStep const& step, std::size_t kind, workloads::LayerLayout const& layout,
            configs::Parameters const& p)
{
    workloads::RegionLines const lines{layout, p};
    fabric::Fold                 fold{{layout.columns, layout.rows}, p, {}};
    fold.run(workloads::layer_steps(step, kind, workloads::LayerPart::all, layout, &lines, p), lines);
    return {fold.path(), fold.now(), fold.totals()};
}

using Times = std::vector<std::uint64_t>; // [pe] of the wafer

// When each PE of the next region has the vector, by every wavelet: the tiles of the region at `from` begin at `start`.
Times arrivals(configs::Parameters const& p, fabric::Origin from, fabric::Side to, bool turned, std::uint32_t side,
               std::uint32_t wavelets, Operation const& control, Times const& start)
{
    bool const          x       = to == fabric::Side::east || to == fabric::Side::west;
    bool const          forward = to == fabric::Side::east || to == fabric::Side::south;
    auto const          axis    = x ? workloads::Axis::x : workloads::Axis::y;
    std::uint32_t const own     = x ? from.x : from.y;
    std::uint32_t const next    = forward ? own + side : own - side;
    auto const          costs   = workloads::StreamCosts::of(p);
    ProgramBuilder      builder{p.wafer.columns, p.wafer.rows};
    for (std::uint32_t across = 0; across < side; ++across) {
        // Along the axis of the vector its parts stand on the diagonal, across it in the last tiles before the border.
        std::uint32_t const      along  = x != turned ? across : forward ? side - 1 : 0;
        auto const               column = [&](std::uint32_t at) { return x ? at : from.x + across; };
        auto const               row    = [&](std::uint32_t at) { return x ? from.y + across : at; };
        workloads::LineFan const fan{axis, own + along, next, next + side - 1, 0};
        for (std::uint32_t at = 0; at < (x ? p.wafer.columns : p.wafer.rows); ++at) {
            for (auto const& route : fan.routes(at))
                builder.route(column(at), row(at), route.color, route.in, route.outs);
            std::vector<Operation> operations;
            if (fan.receives(at))
                fan.receive({wavelets, 0}, costs, operations);
            if (at == own + along) {
                operations.push_back(control);
                fan.send({wavelets, 0}, costs, operations);
            }
            for (auto const& operation : operations)
                builder.run(column(at), row(at), operation);
        }
    }
    auto program  = builder.build();
    program.start = start;
    fabric::Mesh mesh{program, p};
    auto const   cycles = mesh.run();
    Times        end(start.size());
    for (auto const* reticle : mesh.all()) {
        auto const& b = reticle->block();
        for (std::uint32_t tile = 0; tile < b.tiles(); ++tile) {
            auto const pe = program.pe(b.x0 + tile % b.width(), b.y0 + tile / b.width());
            end[pe]       = cycles - reticle->accounts()[tile].idle;
        }
    }
    return end;
}

} // namespace

TEST_CASE("a vector reaches every PE of the next region when the fold says, whichever way it turns")
{
    std::uint32_t moves = 0, turns = 0;
    for (std::uint64_t seed = 1; seed <= (sanitized ? 20 : 400); ++seed) {
        CAPTURE(seed);
        Draw                draw{seed};
        std::uint32_t const side = draw.between(2, 7);
        auto                p    = any_parameters(draw, 26);
        p.wafer.columns = p.wafer.rows = 3 * side;
        p.wafer.reticle_columns        = draw.between(1, 5);
        p.wafer.reticle_rows           = draw.between(1, 5);
        std::uint32_t const wavelets   = draw.between(1, 12);
        auto const          control    = work(draw.between(0, 40));
        fabric::Origin      at{side, side};
        fabric::Fold        fold{{side, side}, p, at};
        Times               start(std::size_t{9} * side * side, 0);
        for (int i = 0; i < 3; ++i) {
            auto const to   = static_cast<fabric::Side>(draw.between(0, 3));
            auto       next = at;
            (to == fabric::Side::east    ? next.x += side
             : to == fabric::Side::west  ? next.x -= side
             : to == fabric::Side::south ? next.y += side
                                         : next.y -= side);
            if (next.x >= p.wafer.columns || next.y >= p.wafer.rows) // also below 0
                continue;
            bool const turned = fold.turned();
            CAPTURE(i, static_cast<int>(to), turned, wavelets, p.scribe.extra_latency.count());
            try {
                fold.move(to, wavelets, control);
            } catch (fabric::NotFoldable const&) {
                break;
            }
            auto const end = arrivals(p, at, to, turned, side, wavelets, control, start);
            start.assign(start.size(), 0);
            for (std::uint32_t y = 0; y < side; ++y)
                for (std::uint32_t x = 0; x < side; ++x) {
                    CAPTURE(x, y);
                    auto const pe = std::size_t{next.y + y} * p.wafer.columns + next.x + x;
                    REQUIRE(fold.a()[fold.turned() ? y : x] + fold.b()[fold.turned() ? x : y] == end[pe]);
                    start[pe] = end[pe];
                }
            at = next;
            ++moves;
            turns += fold.turned() != turned;
        }
    }
    std::printf("every PE of %u regions has its part in time, after %u turns\n", moves, turns);
    CHECK(moves > (sanitized ? 20 : 200));
    CHECK(turns > moves / 4);
}

TEST_CASE("a folded layer ends when every wavelet of it has been simulated to end, operator by operator")
{
    std::uint32_t const wanted = sanitized ? 40 : 600;
    std::uint32_t       equal = 0, refused = 0;
    auto const          shapes = all_shapes();
    for (std::uint64_t seed = 1; equal < wanted; ++seed) {
        CAPTURE(seed);
        Draw       draw{seed};
        auto const p    = any_parameters(draw, sanitized ? 12 : 26);
        auto const step = workloads::decode_step(draw.of(shapes), p.workload);
        CAPTURE(step.shape.name, p.mapping.region.columns, p.mapping.region.rows, p.mapping.groups,
                static_cast<int>(p.mapping.reduction), p.fabric.hop_latency.count(), p.fabric.ramp_latency.count(),
                p.fabric.link_serialisation.count(), p.fabric.input_queue_depth, p.scribe.extra_latency.count(),
                p.scribe.link_serialisation.count());
        auto const layer = workloads::map_decode_layer(step, p);
        Folded     folded;
        try {
            folded = fold(step, layer.kind, layer.layout, p);
        } catch (fabric::NotFoldable const& reason) {
            ++refused;
            continue;
        }
        fabric::Mesh mesh{layer.program, p};
        REQUIRE(mesh.run() == folded.cycles);
        std::uint64_t parts = 0;
        for (std::size_t i = 0; i < folded.path.size(); ++i) {
            CAPTURE(layer.program.operators[i].name);
            REQUIRE(folded.path[i].end == mesh.operator_end(i));
            for (auto const cycles : folded.path[i].cycles)
                parts += cycles;
        }
        REQUIRE(parts == folded.cycles);
        auto const count = mesh.counters();
        REQUIRE(folded.totals.injected == count.injected);
        REQUIRE(folded.totals.forked == count.forked);
        REQUIRE(folded.totals.delivered == count.delivered);
        REQUIRE(folded.totals.hops == count.hops + count.crossings_sent);
        REQUIRE(folded.totals.crossings == count.crossings_sent);
        REQUIRE(folded.totals.crossed ==
                fabric::wavelets_crossed(layer.program, fabric::Geometry{p.wafer, p.mapping.region}));
        ++equal;
    }
    std::printf("folded equals wavelet on %u random layers; %u more cannot be folded\n", equal, refused);
    CHECK(refused * 3 < equal); // queues of one slot, operators without overhead: machines that nobody builds
}
