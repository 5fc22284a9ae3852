// Do the wavelets that the routes of a layer need, counted without a simulation, equal those that the fabric moved?
#include "configs/failure.hpp"
#include "fabric/fold.hpp"
#include "models/wafer/folded_system.hpp"
#include "support/build_kind.hpp"
#include "support/draw.hpp"
#include "support/mixed_shapes.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace scribeline;
using namespace scribeline::tests;

TEST_CASE("the energy of any layer is the same by its routes and by the counters of its simulation")
{
    auto const          base   = config_of({"--machine", "small"});
    auto const          shapes = all_shapes();
    std::uint32_t const wanted = sanitized ? 10 : 150;
    std::uint32_t       equal = 0, crossed = 0;
    for (std::uint64_t seed = 1; equal < wanted && seed < 100 * wanted; ++seed) {
        CAPTURE(seed);
        Draw  draw{seed};
        auto  config               = base;
        auto& p                    = config.parameters;
        p.wafer.reticle_columns    = draw.between(1, 5);
        p.wafer.reticle_rows       = draw.between(1, 5);
        p.mapping.region           = {draw.between(2, 32), draw.between(2, 32)};
        p.mapping.reduction        = static_cast<configs::Reduction>(draw.between(0, 2));
        p.workload.context         = draw.between(1, 200);
        p.workload.batch           = draw.one_in(2) ? 1 : draw.between(2, 4);
        p.workload.activation_bits = draw.between(0, 1) == 0 ? 16 : 32;
        auto const step            = workloads::decode_step(draw.of(shapes), p.workload);
        try {
            auto const folded = models::fold_layer(config, step, workloads::plan_token(step, p));
            REQUIRE_NOTHROW(folded.books.require_balanced());
            models::EnergyParts sum{};
            std::uint64_t       crossings = 0;
            for (auto const& op : folded.operators) {
                crossings += op.work.crossings;
                for (std::size_t i = 0; i < models::energy_part_count; ++i)
                    sum[i] += op.energy[i];
            }
            REQUIRE(crossings == folded.scribe_crossings);
            // Where layers differ, so many as the one that was folded.
            double const layers = folded.layers_alike > 0 ? folded.layers_alike : 1.0 * folded.layers;
            for (std::size_t i = 0; i < models::energy_part_count; ++i)
                REQUIRE(static_cast<std::uint64_t>(std::llround(static_cast<double>(sum[i]) * layers)) / folded.batch ==
                        folded.energy.token[i]); // of each sequence
            ++equal;
            crossed += crossings > 0;
        } catch (fabric::NotFoldable const&) {
        } catch (configs::UserError const&) { // does not fit
        }
    }
    CHECK(equal == wanted);
    CHECK(crossed > equal / 2);
}
