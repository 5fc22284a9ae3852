// Is a whole token, folded, equal to the same token with every wavelet simulated, over regions and the ways between
// them?
#include "configs/failure.hpp"
#include "fabric/crossed.hpp"
#include "fabric/fold.hpp"
#include "fabric/mesh.hpp"
#include "models/wafer/folded_system.hpp"
#include "support/build_kind.hpp"
#include "support/draw.hpp"
#include "support/mixed_shapes.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/token_program.hpp"

#include <catch2/catch.hpp>

#include <cstdio>

using namespace scribeline;
using namespace scribeline::tests;

TEST_CASE("a folded token passes its regions as fast as every wavelet of it does")
{
    auto const          base   = config_of({"--machine", "small"});
    auto const          shapes = all_shapes();
    std::uint32_t const wanted = sanitized ? 10 : 120;
    std::uint32_t       equal = 0, refused = 0, stages = 0, turns = 0;
    for (std::uint64_t seed = 1; equal < wanted && seed < 100 * wanted; ++seed) {
        CAPTURE(seed);
        Draw  draw{seed};
        auto  config                = base;
        auto& p                     = config.parameters;
        p.wafer.columns             = draw.between(3, 20);
        p.wafer.rows                = draw.between(6, 60);
        p.wafer.reticle_columns     = draw.between(1, 3);
        p.wafer.reticle_rows        = draw.between(1, 6);
        p.fabric.hop_latency        = configs::FabricCycles{draw.between(1, 3)};
        p.fabric.link_serialisation = configs::FabricEighths{draw.between(8, 12)};
        p.scribe.extra_latency      = configs::FabricCycles{draw.between(0, 1) == 0 ? 0 : draw.between(1, 12)};
        p.scribe.link_serialisation = configs::FabricEighths{draw.between(0, 1) == 0 ? 8 : draw.between(8, 30)};
        p.workload.context          = draw.between(1, 120);
        p.workload.batch            = draw.between(0, 2) == 0 ? draw.between(2, 3) : 1;
        p.mapping.schedule          = configs::Schedule::pipeline;
        p.mapping.tables            = configs::Tables::region;
        p.mapping.region            = {p.wafer.columns, draw.between(2, p.wafer.rows / 2)};
        if (draw.between(0, 3) != 0) { // squares, over which the vector turns
            auto const side  = draw.between(2, 10);
            p.wafer.columns  = std::max(p.wafer.reticle_columns, side * draw.between(2, 4) + draw.between(0, 2));
            p.wafer.rows     = std::max(p.wafer.reticle_rows, side * draw.between(1, 2) + draw.between(0, 2));
            p.mapping.region = {side, side};
        }
        bool const square           = p.mapping.region.columns == p.mapping.region.rows;
        p.mapping.split             = draw.between(0, 1) == 0 ? configs::Split::half : configs::Split::layer;
        p.mapping.layers_per_region = square ? 1 : draw.between(0, 2);
        auto shape                  = draw.of(shapes);
        shape                       = with_layers(shape, draw.between(1, 4));
        auto const step             = workloads::decode_step(shape, p.workload);
        CAPTURE(shape.name, shape.layers, p.wafer.columns, p.wafer.rows, p.mapping.region.rows);
        try {
            auto const plan = workloads::plan_token(step, p);
            if (!obstacle_to_one_program(plan).empty())
                continue;
            auto const   folded = models::fold_token(config, step, plan);
            auto const   token  = map_token(step, plan, p);
            fabric::Mesh mesh{token.program, p};
            auto const   cycles = mesh.run();
            auto const&  last   = folded.operators.back();
            REQUIRE(cycles == (last.name == "token_return" ? last.start : last.end));
            REQUIRE(token.operators.size() + (last.name == "token_return") == folded.operators.size());
            for (std::size_t i = 0; i < token.operators.size(); ++i)
                REQUIRE(token.program.operators[i].name == folded.operators[i].name);
            REQUIRE(mesh.counters().injected == folded.wavelets_injected);
            REQUIRE(mesh.counters().hops + mesh.counters().crossings_sent == folded.wavelet_hops);
            REQUIRE(mesh.counters().crossings_sent == folded.scribe_crossings);
            REQUIRE_NOTHROW(folded.books.require_balanced()); // among them hops and energy, by the routes
            fabric::Geometry const whole{p.wafer, {p.wafer.columns, p.wafer.rows}};
            REQUIRE(fabric::wavelets_crossed(token.program, whole) == folded.wavelets_crossed);
            ++equal;
            stages += static_cast<std::uint32_t>(plan.stages.size());
            for (auto const& op : folded.operators)
                turns += op.collective.find("diagonal") != std::string::npos;
        } catch (fabric::NotFoldable const&) {
            ++refused;
        } catch (configs::UserError const&) { // does not fit
        }
    }
    std::printf("folded equals wavelet on %u random tokens of %.1f stages and %u turns; %u more cannot be folded\n",
                equal, double{1} * stages / equal, turns, refused);
    CHECK(turns > equal / 4);
    CHECK(equal == wanted);
    CHECK(stages > equal * 3 / 2);
}
