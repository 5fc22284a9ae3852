// The planner: what it chooses, what it says about what it did not choose, and when it refuses.
#include "configs/does_not_fit.hpp"
#include "configs/schema/resolve.hpp"
#include "support/configs.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::workloads;
using Catch::Matchers::Contains;

namespace {

configs::Parameters machine(std::string const& name, std::uint32_t context = 4096)
{
    auto p             = configs::machine_parameters(name);
    p.workload.context = context;
    return p;
}

TokenPlan plan(std::string const& model, configs::Parameters const& p)
{
    return plan_token(decode_step(read_model(model), p.workload), p);
}

tests::Refusal refusal(std::string const& model, configs::Parameters const& p)
{
    return tests::refusal_of([&] { plan(model, p); });
}

} // namespace

TEST_CASE("regions follow one another down a column of regions, up the next, and on the next wafer")
{
    auto const at = [](std::size_t stage) {
        auto const place = place_of(stage, 2, 3);
        return std::vector<std::uint32_t>{place.wafer, place.grid_x, place.grid_y};
    };
    CHECK(at(0) == std::vector<std::uint32_t>{0, 0, 0});
    CHECK(at(2) == std::vector<std::uint32_t>{0, 0, 2});
    CHECK(at(3) == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(at(5) == std::vector<std::uint32_t>{0, 1, 0});
    CHECK(at(6) == std::vector<std::uint32_t>{1, 0, 0});
}

TEST_CASE("a region that was asked for means one layer on it, unless a pipeline is asked for as well")
{
    auto p = machine("wse2");
    CHECK(schedule_of(p) == configs::Schedule::pipeline);
    p.mapping.region = {420, 420};
    CHECK(schedule_of(p) == configs::Schedule::layer);
    auto const one = plan("llama-3-8b", p);
    CHECK(one.stages.size() == 1);
    CHECK(one.stages.front().blocks.size() == 2);
    CHECK(one.region.columns == 420);
    p.mapping.schedule = configs::Schedule::pipeline;
    p.mapping.wafers   = 0;
    auto const all     = plan("llama-3-8b", p);
    CHECK(all.region.columns == 420);
    CHECK(all.regions_x * all.regions_y == 2);
    CHECK(all.stages.size() > 2);
}

TEST_CASE("the vendor's three services find a plan, on the wafers that the vendor uses where it says how many")
{
    auto const small = plan("llama-3.1-8b", machine("wse3"));
    CHECK(small.wafers == 1);
    CHECK_FALSE(small.wafer_tables);
    CHECK(small.candidates.front().verdict == "chosen");

    auto const medium = plan("llama-3.1-70b", machine("wse3:4"));
    CHECK(medium.wafers == 4);
    CHECK(medium.wafer_tables); // 141 GB of the 161 GB that the runtime leaves of four wafers
    CHECK(medium.stages.front().region.columns == 762);

    auto const large = plan("llama-3.1-405b", machine("wse3:auto"));
    CHECK(large.wafers >= 21); // 811 GB of weights
    CHECK(large.wafers <= 26);
    auto fewer           = machine("wse3:auto");
    fewer.mapping.wafers = large.wafers - 1;
    auto const refused   = refusal("llama-3.1-405b", fewer);
    CHECK(refused.code == configs::Exit::answer_is_no);
    CHECK_THAT(refused.text, Contains("does not fit 25 wafers"));
    CHECK_THAT(refused.text, Contains("`weights of layers`") && Contains("NAME:26"));
}

TEST_CASE("each objective wins by its own measure")
{
    auto       p        = machine("wse3");
    auto const latency  = plan("llama-3.1-8b", p).candidates.front();
    p.mapping.objective = configs::Objective::throughput;
    auto const through  = plan("llama-3.1-8b", p).candidates.front();
    CHECK(latency.cycles_per_token < through.cycles_per_token);
    CHECK(latency.tokens_per_second < through.tokens_per_second);
}

TEST_CASE("candidates come best first, and what was rejected has a reason")
{
    auto const candidates = plan("llama-3.1-8b", machine("wse3")).candidates;
    REQUIRE(candidates.size() > 100);
    auto const& chosen = candidates.front();
    double      last   = 0;
    bool        fits   = true;
    for (auto const& candidate : candidates) {
        CHECK_FALSE(candidate.verdict.empty());
        if (candidate.cycles_per_token > 0) {
            CHECK(fits); // none behind those that do not fit
            if (&candidate == &chosen)
                continue;
            CHECK(candidate.cycles_per_token >= last);
            last = candidate.cycles_per_token;
            // Others may be faster by what the forms cannot tell; then they serve fewer requests.
            CHECK(chosen.cycles_per_token <= candidate.cycles_per_token * (1 + error_of_forms * 2 / 3 + 1e-12));
            if (candidate.cycles_per_token < chosen.cycles_per_token)
                CHECK(candidate.tokens_per_second <= chosen.tokens_per_second);
        } else {
            fits = false;
            CHECK_THAT(candidate.verdict, Contains("does not fit") || Contains("needs"));
        }
    }
    CHECK_FALSE(fits);
}

TEST_CASE("layers per region can be forced, and a split that does not cover the model is refused with the numbers")
{
    auto p                      = machine("wse3");
    p.mapping.layers_per_region = 3;
    auto const split            = plan("llama-3.1-8b", p);
    for (auto const& stage : split.stages) {
        std::size_t attentions = 0;
        for (auto const& block : stage.blocks)
            attentions += block.kind == BlockKind::attention;
        CHECK((attentions == 3 || attentions == 0 || (attentions == 2 && &stage >= &split.stages.back() - 1)));
    }

    p.mapping.schedule          = configs::Schedule::pipeline;
    p.mapping.region            = {254, 588};
    p.mapping.layers_per_region = 1;
    auto const refused          = refusal("llama-3.1-8b", p);
    CHECK(refused.code == configs::Exit::answer_is_no);
    CHECK_THAT(refused.text, Contains("does not fit 1 wafer: in regions of 254x588 PEs it has 32 stages") &&
                                 Contains("room for 2") && Contains("layers_per_region") && Contains("--region"));
}

TEST_CASE("a block that is too large for every region is refused with its part and what is missing")
{
    auto const refused = refusal("llama-3.1-8b", machine("small"));
    CHECK(refused.code == configs::Exit::answer_is_no);
    CHECK_THAT(refused.text, Contains("does not fit any number of wafers") && Contains("too many") &&
                                 Contains("the largest part is `"));
}

TEST_CASE("a model that needs more wafers than allowed says which limit to raise")
{
    auto p               = machine("wse3:auto");
    p.mapping.max_wafers = 3;
    CHECK_THAT(refusal("llama-3.1-70b", p).text,
               Contains("does not fit 3 wafers") && Contains("mapping.max_wafers = 4"));
}

TEST_CASE("more wafers than needed are left alone, and a note says so")
{
    auto const p     = machine("wse3:3");
    auto const found = plan("llama-3.1-8b", p);
    CHECK(found.wafers < 3);
    CHECK_THAT(found.notes.front(), Contains(std::to_string(found.wafers) + " of 3 wafers"));
}

TEST_CASE("square regions stand in all columns of the wafer, and others in one")
{
    auto square             = machine("wse3");
    square.mapping.schedule = configs::Schedule::pipeline;
    square.mapping.region   = {294, 294};
    CHECK(plan("llama-3.1-8b", square).regions_x == 762 / 294);

    auto p             = machine("wse3:auto");
    p.mapping.schedule = configs::Schedule::pipeline;
    p.mapping.region   = {254, 294};
    auto const narrow  = plan("llama-3.1-8b", p);
    CHECK(narrow.regions_x == 1);
    CHECK(narrow.regions_y == 4);
    CHECK(narrow.wafers > 1);
    for (auto const& stage : narrow.stages)
        CHECK(stage.x0 == 0);
    CHECK_THAT(narrow.notes.front(), Contains("1 of 3 columns of regions"));
}

TEST_CASE("tables over wafers go with regions as wide as a wafer, and narrower ones are refused")
{
    auto p           = machine("wse3");
    p.mapping.tables = configs::Tables::wafer;
    for (auto const& candidate : plan("llama-3.1-8b", p).candidates)
        CHECK(candidate.region.columns == 762);

    p.mapping.schedule = configs::Schedule::pipeline;
    p.mapping.region   = {254, 294};
    auto const refused = refusal("llama-3.1-8b", p);
    CHECK(refused.code == configs::Exit::bad_config);
    CHECK_THAT(refused.text, Contains("mapping.tables = wafer") && Contains("254x294 is narrower than 762") &&
                                 Contains("--region 762x294"));
}

TEST_CASE("blocks that run side by side are not cut apart")
{
    auto p              = machine("wse2");
    p.mapping.objective = configs::Objective::throughput;
    for (auto const& stage : plan("phi-2", p).stages)
        for (std::size_t i = 0; i < stage.blocks.size(); ++i)
            if (stage.blocks[i].kind == BlockKind::attention) {
                REQUIRE(i + 1 < stage.blocks.size());
                CHECK(stage.blocks[i + 1].kind == BlockKind::feed_forward);
            }
}

TEST_CASE("the halves of a layer are all of its closed form, and their control code is a part of it")
{
    auto       p       = machine("wse2");
    auto const step    = decode_step(read_model("llama-3-8b"), p.workload);
    auto const layouts = layouts_of(step, {300, 400}, p);
    auto const layer   = BlockForms{step, layouts, p}.layer(0);
    CHECK(layer == layer_form(step, 0, layouts[0], p));
    p.software.operator_overhead = configs::FabricCycles{0};
    CHECK(BlockForms{step, layouts, p}.layer(0) == layer - 133.0 * static_cast<double>(step.layer().size()));
}

TEST_CASE("a longer link makes a token on two wafers slower by two latencies, and one on one wafer not at all")
{
    auto const cycles = [](std::string const& name, double latency) {
        auto p               = machine(name);
        p.wafer.link_latency = configs::Seconds{latency};
        return plan("llama-3.1-70b", p).candidates.front().cycles_per_token;
    };
    CHECK(cycles("wse3:4", 12e-6) - cycles("wse3:4", 2e-6) == Approx(4 * 10e-6 * 0.97e9)); // three ways, and back
}

TEST_CASE("scores of a long context that no PE holds are told as such, and grow with the context")
{
    unsigned long before = 0;
    for (std::uint32_t const context : {131072u, 163840u, 262144u}) {
        auto p                 = machine("wse3:auto", context);
        p.workload.weight_bits = GENERATE(16u, 8u, 4u);
        auto const refused     = refusal("deepseek-v3", p);
        INFO(refused.text);
        CHECK(refused.code == configs::Exit::answer_is_no);
        CHECK_THAT(refused.text, Contains("`scores of the context`") && Contains(std::to_string(context) + " tokens"));
        CHECK_THAT(refused.text, !Contains("embedding on") && !Contains("weight_bits"));
        auto const at = refused.text.find("alone need ");
        REQUIRE(at != std::string::npos);
        auto const need = std::stoul(refused.text.substr(at + 11));
        CHECK(need > before);
        before = need;
    }
}

TEST_CASE("what a model lacks grows with the context, whichever region comes closest")
{
    double before = 0;
    for (std::uint32_t context = 1024; context <= 131072; context *= 2) {
        auto const p = machine("wse3:2", context);
        CAPTURE(context);
        try {
            plan("llama-3.1-70b", p);
            FAIL("two wafers do not hold the model");
        } catch (configs::DoesNotFit const& refused) {
            CHECK(refused.needed() > before);
            CHECK(refused.needed() > refused.available());
            before = refused.needed();
        }
    }
}
