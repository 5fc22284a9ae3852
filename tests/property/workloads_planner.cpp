// Does a plan hold together for models and machines that nobody thought of? RapidCheck prints the seed and the shrunk
// case when one does not.
#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "workloads/mapping/partition.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <tuple>

using namespace scribeline;
using namespace scribeline::workloads;

namespace {

std::uint32_t between(int low, int high) { return static_cast<std::uint32_t>(*rc::gen::inRange(low, high + 1)); }

ModelShape any_model()
{
    auto shape            = read_model("tiny");
    shape.layers          = between(1, 12);
    shape.hidden          = 16 * between(1, 24);
    shape.ffn             = 16 * between(1, 48);
    shape.kv_heads        = between(1, 8);
    shape.heads           = shape.kv_heads * between(1, 4);
    shape.head_dim        = 2 * between(1, 32);
    shape.vocabulary      = between(2, 4000);
    shape.gated           = *rc::gen::arbitrary<bool>();
    shape.tied_embeddings = *rc::gen::arbitrary<bool>();
    shape.parallel_blocks = *rc::gen::arbitrary<bool>();
    shape.post_norms      = *rc::gen::arbitrary<bool>();
    return shape;
}

configs::Parameters any_machine()
{
    auto p              = configs::default_parameters();
    p.wafer.columns     = between(4, 60);
    p.wafer.rows        = between(4, 60);
    p.workload.context  = between(1, 600);
    p.mapping.wafers    = between(0, 4);
    p.mapping.objective = *rc::gen::element(configs::Objective::latency, configs::Objective::throughput);
    p.mapping.split     = *rc::gen::element(configs::Split::layer, configs::Split::half);
    p.mapping.tables = *rc::gen::element(configs::Tables::automatic, configs::Tables::region, configs::Tables::wafer);
    p.mapping.layers_per_region = *rc::gen::element(0u, 0u, 1u, 3u);
    return p;
}

void check(TokenPlan const& plan, DecodeStep const& step, configs::Parameters const& p)
{
    auto blocks = std::vector<std::pair<BlockKind, std::uint32_t>>{};
    auto places = std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>>{};
    for (std::size_t s = 0; s < plan.stages.size(); ++s) {
        auto const& stage = plan.stages[s];
        RC_ASSERT(!stage.blocks.empty());
        RC_ASSERT(stage.bytes_per_pe <= p.pe.sram.value());
        RC_ASSERT(stage.wafer < plan.wafers);
        RC_ASSERT(stage.x0 + stage.region.columns <= p.wafer.columns);
        RC_ASSERT(stage.y0 + stage.region.rows <= p.wafer.rows);
        bool attends = false;
        for (auto const& block : stage.blocks) {
            blocks.emplace_back(block.kind, block.layer);
            attends = attends || block.kind == BlockKind::attention;
        }
        RC_ASSERT(attends == (stage.requests > 0));
        RC_ASSERT(!attends || stage.requests >= plan.requests);
        bool const over_wafer = plan.wafer_tables && (s == 0 || s + 1 == plan.stages.size());
        if (!over_wafer && stage.region.columns != stage.region.rows)
            RC_ASSERT(stage.x0 == 0u); // only square regions turn the vector east
        if (plan.wafer_tables)
            RC_ASSERT(stage.region.columns == p.wafer.columns);
        if (!over_wafer)
            RC_ASSERT(places.emplace(stage.wafer, stage.grid_x, stage.grid_y).second);
    }
    auto expected = std::vector<std::pair<BlockKind, std::uint32_t>>{};
    for (auto const& block : blocks_of(step.shape))
        expected.emplace_back(block.kind, block.layer);
    RC_ASSERT(blocks == expected);

    RC_ASSERT(plan.requests >= 1);
    RC_ASSERT(plan.growth.concatenated <= plan.growth.balanced);
    RC_ASSERT(plan.growth.balanced >= step.context);
    RC_ASSERT(plan.wafers <= (p.mapping.wafers == 0 ? p.mapping.max_wafers : p.mapping.wafers));
    auto const& best = plan.candidates.front();
    RC_ASSERT(best.wafers == plan.wafers);
    RC_ASSERT(best.cycles_per_token > 0);
    // One request alone is as fast as its cycles; more are never slower in all than one.
    RC_ASSERT(best.tokens_per_second >= p.wafer.clock.value() / best.cycles_per_token * 0.999999);
}

} // namespace

TEST_CASE("every block of a plan is placed once and in order, and no stage is beyond its SRAM")
{
    std::size_t planned = 0;
    CHECK(rc::check([&] {
        auto const p    = any_machine();
        auto const step = decode_step(any_model(), p.workload);
        auto       plan = TokenPlan{};
        try {
            plan = plan_token(step, p);
        } catch (configs::UserError const& refusal) {
            RC_ASSERT(refusal.code() == configs::Exit::answer_is_no);
            return;
        }
        ++planned;
        check(plan, step, p);
    }));
    CHECK(planned > 20);
}

TEST_CASE("the fewest wafers are enough, and one less is refused")
{
    std::size_t several = 0;
    CHECK(rc::check([&] {
        auto p           = any_machine();
        p.wafer.columns  = between(6, 14);
        p.wafer.rows     = between(6, 14);
        p.mapping.wafers = 0;
        auto const step  = decode_step(any_model(), p.workload);
        auto       plan  = TokenPlan{};
        try {
            plan = plan_token(step, p);
        } catch (configs::UserError const&) {
            return;
        }
        if (plan.wafers == 1)
            return;
        ++several;
        p.mapping.wafers = plan.wafers;
        RC_ASSERT(plan_token(step, p).wafers == plan.wafers);
        p.mapping.wafers = plan.wafers - 1;
        RC_ASSERT_THROWS_AS(plan_token(step, p), configs::UserError);
    }));
    CHECK(several > 10);
}

TEST_CASE("no other way to cut needs fewer stages, and even cuts need as many")
{
    CHECK(rc::check([] {
        auto units = std::vector<Unit>(between(1, 9));
        for (auto& unit : units) {
            unit.bytes  = between(1, 50);
            unit.cache  = between(0, 5);
            unit.cycles = between(1, 50);
        }
        auto const limits = StageLimits{60, 90, 1, 0};
        auto const n      = units.size();
        // All ways: a bit says whether a stage ends behind a unit.
        auto fewest = n + 1;
        for (std::uint32_t ways = 0; ways < 1u << (n - 1); ++ways) {
            double      bytes = 0, cycles = 0;
            std::size_t stages = 1;
            bool        fits   = true;
            for (std::size_t i = 0; i < n; ++i) {
                bytes += units[i].bytes + units[i].cache;
                cycles += units[i].cycles;
                fits = fits && bytes <= limits.bytes && cycles <= limits.cycles;
                if (i + 1 < n && (ways >> i & 1u) != 0) {
                    ++stages;
                    bytes = cycles = 0;
                }
            }
            if (fits)
                fewest = std::min(fewest, stages);
        }
        RC_ASSERT(fewest <= n); // a unit alone always fits
        RC_ASSERT(cut(units, limits, n).size() == fewest);
        RC_ASSERT(cut_evenly(units, limits, n).size() == fewest);
        RC_ASSERT(cut(units, limits, fewest - 1).empty() || fewest == 1);
        RC_ASSERT(cut_fast(units, limits, n).size() >= fewest);
    }));
}
