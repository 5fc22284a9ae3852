// Runs on wafers with defects: what repair costs them, and what is refused.
#include "configs/schema/resolve.hpp"
#include "fabric/mesh.hpp"
#include "models/wafer/folded_system.hpp"
#include "models/wafer/repair_cost.hpp"
#include "models/wafer/repaired_wafers.hpp"
#include "models/wafer/simulate.hpp"
#include "models/wafer/yield_speed.hpp"
#include "models/wafer/yield_study.hpp"
#include "support/configs.hpp"
#include "support/models_runs.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;
using Catch::Matchers::Contains;
using tests::config_of;
using tests::refusal_of;

namespace {

Outcome outcome_of(std::vector<std::string> words)
{
    auto const config = config_of(std::move(words));
    auto const step =
        workloads::decode_step(workloads::read_model(config.parameters.workload.model), config.parameters.workload);
    return simulate(config, step, workloads::plan_token(step, config.parameters));
}

// Of one layer, every wavelet, without a kernel.
std::uint64_t layer_cycles(configs::Parameters const& p, RepairedWafers const& wafers)
{
    auto const layer = tests::layer_of(p);
    if (!wafers.any())
        return fabric::Mesh{layer.program, p}.run();
    auto const longer = wafers.of(0)->part({}, layer.program.columns, layer.program.rows);
    return fabric::Mesh{layer.program, p, {}, nullptr, {}, &longer}.run();
}

} // namespace

TEST_CASE("a seed gives the wafers of the yield study with that seed, each its own")
{
    auto p           = configs::machine_parameters("wse3");
    p.run.defects    = "7";
    p.run.seed       = 7;
    auto const two   = repaired_wafers(p, 2);
    auto const one   = repaired_wafers(p, 1);
    auto const study = yield_study(p, 2);
    CHECK(static_cast<double>(two.dead) == study.dead.mean * 2);
    CHECK(static_cast<double>(two.longer_links) == study.longer_pairs.mean * 2);
    REQUIRE(two.longer.size() == 2);
    CHECK(one.longer_links < two.longer_links);
    CHECK(two.of(0)->longest() >= 2); // cycles: yield.bypass_latency
    p.run.defects = "none";
    CHECK_FALSE(repaired_wafers(p, 2).any());
}

TEST_CASE("longer links cost a layer some cycles, and the closed form no fewer than that")
{
    auto       p                 = config_of({"--machine", "small", "--model", "tiny", "--region", "32x32"}).parameters;
    auto const regular           = layer_cycles(p, {});
    auto const step              = workloads::decode_step(workloads::read_model("tiny"), p.workload);
    auto const lines             = line_bundles(step, p, workloads::plan_token(step, p));
    p.yield.defect_density.value = 0.3; // some 13 of 1,156
    p.yield.spare_columns = p.yield.spare_rows = 6;
    std::uint64_t slower                       = 0;
    for (auto const* seed : {"1", "2", "3", "4"}) {
        CAPTURE(seed);
        p.run.defects        = seed;
        auto const wafers    = repaired_wafers(p, 1);
        auto const simulated = layer_cycles(p, wafers);
        CHECK(simulated >= regular);
        CHECK(simulated <= regular + repair_cost(lines, wafers.longer));
        slower += simulated - regular;
        auto free                 = p;
        free.yield.bypass_latency = configs::FabricCycles{0};
        CHECK(layer_cycles(free, repaired_wafers(free, 1)) == regular);
    }
    CHECK(slower > 0);
}

TEST_CASE("a token on a repaired wafer is folded, and what its longer links add is said and adds up")
{
    auto const words   = std::vector<std::string>{"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096"};
    auto       defects = words;
    defects.insert(defects.end(), {"--defects", "1"});
    auto const regular = outcome_of(words), repaired = outcome_of(defects);
    CHECK(repaired.repair.dead == 43);
    CHECK(repaired.repair.added_by_form > 0);
    CHECK(repaired.cycles_per_token == regular.cycles_per_token + repaired.repair.added_by_form);
    CHECK(repaired.cycles_per_token < regular.cycles_per_token + regular.cycles_per_token / 50);
    CHECK(repaired.books.balanced());
    CHECK(repaired.operators.size() > regular.operators.size());
    REQUIRE_FALSE(repaired.warnings.empty());
    CHECK_THAT(repaired.warnings.back(), Contains("closed form") && Contains("repair has made links"));
    // Exact or not done, where it was asked for.
    defects.insert(defects.end(), {"--fidelity", "folded"});
    auto const refused = refusal_of([&] { outcome_of(defects); });
    CHECK_THAT(refused.text, Contains("would not be exact here, because repair has made links"));
    defects.back() = "closed_form";
    auto closed    = words;
    closed.insert(closed.end(), {"--fidelity", "closed_form"});
    CHECK(outcome_of(defects).cycles_per_token == outcome_of(closed).cycles_per_token + repaired.repair.added_by_form);
}

TEST_CASE("a wafer that cannot be repaired, a map of another size, and one map for several wafers are refused")
{
    tests::TemporaryFolder const folder;
    auto const                   run = [&](std::string const& map, std::string const& machine) {
        return refusal_of([&] { outcome_of({"--machine", machine, "--defects", map, "--model", "tiny"}); });
    };
    auto text = std::string{"34x34\n"};
    for (auto const* row : {"1", "2", "3"})
        for (auto const* column : {"1", "2", "3"})
            text += std::string{column} + " " + row + "\n";
    auto const lost = run(folder.write("lost", text), "small");
    CHECK(lost.code == configs::Exit::answer_is_no);
    CHECK_THAT(lost.text, Contains("wafer 0 cannot be repaired: 3 rows have more dead PEs than the 2 spare columns"));
    auto const size = run(folder.write("size", "12x10\n"), "small");
    CHECK(size.code == configs::Exit::bad_config);
    CHECK_THAT(size.text, Contains("size:1") && Contains("a map of 12x10 PEs, but the machine has 34x34"));
    auto p        = configs::machine_parameters("small");
    p.run.defects = folder.write("good", "34x34\n");
    CHECK_THAT(refusal_of([&] { repaired_wafers(p, 2); }).text, Contains("a map describes one wafer"));
    p.run.defects = folder / "nowhere";
    CHECK(refusal_of([&] { repaired_wafers(p, 1); }).code == configs::Exit::no_input);
    p.run.defects = "-1";
    CHECK_THAT(refusal_of([&] { repaired_wafers(p, 1); }).text, Contains("'-1': neither a seed"));
}

TEST_CASE("what repair costs in tokens per second lies below the regular mesh, and the longest wafer is the slowest")
{
    auto const config = config_of({"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096"});
    auto const speed  = yield_speed(config, 20, "");
    CHECK(speed.machines == 20);
    CHECK(speed.refused == 0);
    CHECK(speed.fidelity == "folded");
    CHECK(speed.repaired.max < speed.regular);
    CHECK(speed.repaired.min > 0.97 * speed.regular);
    CHECK(speed.repaired.min == Approx(0.97e9 / (static_cast<double>(speed.cycles) + speed.added.max)));
    CHECK(yield_speed(config, 5000, "").machines == most_wafers_for_speed);
}
