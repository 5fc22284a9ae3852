// Does the hidden vector take on the mesh, from region to region, what the planner's closed forms say?
#include "configs/reticle_boundaries.hpp"
#include "configs/schema/resolve.hpp"
#include "fabric/fold.hpp"
#include "fabric/geometry.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/pe_costs.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace scribeline;
using namespace scribeline::workloads;

namespace {

struct Case {
    configs::Parameters p;
    DecodeStep          step;
    LayerLayout         layout;
    WayForms            ways;

    Case(std::string const& machine, std::string const& model, std::uint32_t extra, configs::GridSize region,
         configs::GridSize regions)
        : p{parameters(machine, extra)}, step{decode_step(read_model(model), p.workload)},
          layout{layout_of(step, 0, region, p)}, ways{step, layout, p, regions.columns, regions.rows}
    {
    }

    static configs::Parameters parameters(std::string const& machine, std::uint32_t extra)
    {
        auto made                 = configs::machine_parameters(machine);
        made.workload.context     = 4096;
        made.scribe.extra_latency = configs::FabricCycles{extra};
        return made;
    }

    double simulated(fabric::Side side, fabric::Origin origin) const
    {
        fabric::Fold fold{{layout.columns, layout.rows}, p, origin};
        fold.move(side, (layout.hidden + 1) / 2, PeCosts{p}.control());
        return static_cast<double>(fold.now());
    }
};

} // namespace

TEST_CASE("fans and diagonals take what their closed forms say, to two cycles")
{
    auto const* const machine = GENERATE("wse2", "wse3");
    CAPTURE(machine);
    auto const square = Case{machine, "llama-3.1-8b", 0, {180, 180}, {3, 4}};
    CHECK(std::abs(square.simulated(fabric::Side::south, {0, 0}) - square.ways.to_next(0).total) <= 2);
    CHECK(std::abs(square.simulated(fabric::Side::east, {0, 540}) - square.ways.to_next(3).total) <= 2);
    CHECK(std::abs(square.simulated(fabric::Side::north, {180, 360}) - square.ways.to_next(5).total) <= 2);
    CHECK(std::abs(square.simulated(fabric::Side::east, {180, 0}) - square.ways.to_next(7).total) <= 2);
    auto const flat = Case{machine, "llama-3.1-8b", 0, {700, 100}, {1, 8}};
    CHECK(std::abs(flat.simulated(fabric::Side::south, {0, 600}) - flat.ways.to_next(6).total) <= 2);
}

TEST_CASE("slow scribe lines delay fans and diagonals by what their closed forms say, to two cycles")
{
    auto const* const machine = GENERATE("wse2", "wse3");
    CAPTURE(machine);
    // Five wavelets, which a queue holds: more would wait for credits to come back over a scribe line.
    auto const square = Case{machine, "gemma-2-2b", 40, {254, 254}, {2, 3}};
    REQUIRE((square.layout.hidden + 1) / 2 <= square.p.fabric.input_queue_depth);
    CHECK(std::abs(square.simulated(fabric::Side::south, {0, 0}) - square.ways.to_next(0).total) <= 2);
    CHECK(std::abs(square.simulated(fabric::Side::south, {0, 254}) - square.ways.to_next(1).total) <= 2);
    CHECK(std::abs(square.simulated(fabric::Side::east, {0, 508}) - square.ways.to_next(2).total) <= 2);
    CHECK(std::abs(square.simulated(fabric::Side::north, {254, 254}) - square.ways.to_next(4).total) <= 2);
}

TEST_CASE("fans to the rows outside a region take what the way to a head over the whole wafer says, to two cycles")
{
    auto const extra = GENERATE(0u, 40u);
    auto const made  = Case{"wse3", "llama-3.1-8b", extra, {762, 235}, {1, 5}};
    auto const stage = GENERATE(1u, 3u); // more rows to the south, more to the north
    CAPTURE(extra, stage);
    fabric::Fold fold{{762, 235}, made.p, {0, 235 * stage}};
    fold.spread(235 * stage, made.p.wafer.rows, (made.layout.hidden + 1) / 2, PeCosts{made.p}.control());
    CHECK(std::abs(static_cast<double>(fold.now()) - made.ways.to_head(stage + 1, 1).total) <= 2);
}

TEST_CASE("a turned region's vector goes up or down as far as one that lies along x goes east")
{
    auto const square = Case{"wse3", "llama-3.1-8b", 0, {180, 180}, {3, 4}};
    CHECK(square.ways.to_next(4).total == square.ways.to_next(3).total); // turned, to the north
    CHECK(square.ways.to_next(4).total > square.ways.to_next(5).total);
    auto const flat = Case{"wse3", "llama-3.1-8b", 0, {180, 180}, {4, 1}};
    CHECK(flat.ways.to_next(0).total == square.ways.to_next(3).total);
    CHECK(flat.ways.to_next(1).total == square.ways.to_next(0).total); // already turned: across its axis
}

TEST_CASE("scribe lines are counted where the mesh has them")
{
    auto const             wafer = configs::machine_parameters(GENERATE("wse2", "wse3", "small")).wafer;
    fabric::Geometry const whole{wafer, {wafer.columns, wafer.rows}};
    for (std::uint32_t a = 0; a < wafer.columns; a += 7)
        for (std::uint32_t b = 0; b < wafer.columns; b += 5)
            REQUIRE(configs::scribe_lines(a, b, wafer.columns, wafer.reticle_columns) == whole.crossings_x(a, b));
    for (std::uint32_t y = 0; y + 1 < wafer.rows; ++y)
        REQUIRE(configs::scribe_lines(y + 1, y, wafer.rows, wafer.reticle_rows) == whole.crossings_y(y + 1, y));
}
