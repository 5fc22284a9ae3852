// Is the folded fidelity equal to the wavelet fidelity, cycle for cycle, on regions that nobody thought of?
#include "fabric/fold.hpp"
#include "support/build_kind.hpp"
#include "support/fabric_programs.hpp"
#include "support/payload_shapes.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/region_lines.hpp"
#include "workloads/mapping/steps.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <random>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

// The same draws on every platform.
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : engine_{seed} {}
    std::uint32_t between(std::uint32_t low, std::uint32_t high)
    {
        return low + static_cast<std::uint32_t>(engine_() % (high - low + 1));
    }
    bool one_in(std::uint32_t n) { return between(1, n) == 1; }

  private:
    std::mt19937_64 engine_;
};

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
    p.pe.vector_setup           = configs::FabricCycles{draw.between(0, 20)};
    p.pe.stream_setup           = configs::FabricCycles{draw.one_in(4) ? 0 : draw.between(1, 12)};
    p.pe.task_activation        = configs::FabricCycles{draw.between(0, 8)};
    p.software.operator_overhead = configs::FabricCycles{draw.one_in(3) ? 0 : draw.between(1, 150)};
    p.workload.context           = draw.between(1, 400);
    p.workload.activation_bits   = draw.one_in(4) ? 32 : 16;
    p.workload.kv_heads          = draw.one_in(5) ? configs::KvHeads::full : configs::KvHeads::model;
    p.pe.sram                    = configs::Bytes{16e6};
    return p;
}

struct Folded {
    std::vector<fabric::OperatorPath> path;
    std::uint64_t                     cycles = 0;
    fabric::FoldTotals                totals;
};

Folded fold(workloads::DecodeStep const& step, workloads::LayerLayout const& layout, configs::Parameters const& p)
{
    workloads::RegionLines const lines{layout, p};
    fabric::Fold                 fold{{layout.columns, layout.rows}, p, {}};
    fold.run(workloads::layer_steps(step, workloads::LayerPart::all, layout, lines, p), lines);
    return {fold.path(), fold.now(), fold.totals()};
}

} // namespace

TEST_CASE("a folded layer ends when every wavelet of it has been simulated to end, operator by operator")
{
    std::uint32_t const wanted = sanitized ? 40 : 600;
    std::uint32_t       equal = 0, refused = 0;
    auto const          shapes = payload_shapes();
    for (std::uint64_t seed = 1; equal < wanted; ++seed) {
        CAPTURE(seed);
        Draw       draw{seed};
        auto const p = any_parameters(draw, sanitized ? 12 : 26);
        auto const step =
            workloads::decode_step(shapes[draw.between(0, static_cast<std::uint32_t>(shapes.size()) - 1)], p.workload);
        CAPTURE(step.shape.name, p.mapping.region.columns, p.mapping.region.rows, p.mapping.groups,
                static_cast<int>(p.mapping.reduction), p.fabric.hop_latency.count(), p.fabric.ramp_latency.count(),
                p.fabric.link_serialisation.count(), p.fabric.input_queue_depth, p.scribe.extra_latency.count());
        auto const layer = workloads::map_decode_layer(step, p);
        Folded     folded;
        try {
            folded = fold(step, layer.layout, p);
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
        ++equal;
    }
    std::printf("folded equals wavelet on %u random layers; %u more cannot be folded\n", equal, refused);
    CHECK(refused * 3 < equal); // queues of one slot, operators without overhead: machines that nobody builds
}
