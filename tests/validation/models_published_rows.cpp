// Rows of results/published/*.csv one by one. That the model meets them: results_published_page.cpp, which runs
// all.
#include "models/published/cases_file.hpp"
#include "models/published/run_case.hpp"
#include "support/build_kind.hpp"
#include "workloads/mapping/reduction_tree.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace scribeline;
using namespace scribeline::models;

TEST_CASE("every published row has a source, a tolerance and a name of its own")
{
    std::set<std::string> names;
    for (auto const& row : read_cases(shipped_cases())) {
        CAPTURE(row.id, row.line);
        CHECK(names.insert(row.id).second);
        CHECK_FALSE(row.source.empty());
        if (row.id.rfind("service-", 0) == 0) { // what a vendor states about a service, not a measurement of a wafer
            CHECK(row.tolerance.value_or(0) <= 30);
            continue;
        }
        if (is_served(row.kind)) // what is not met stands beside what is, and is only told
            continue;
        REQUIRE(row.tolerance);
        if (is_of_gpus(row.kind))
            continue;
        CHECK(row.unit.of == UnitOf::cycles); // published times use three different clocks
        CHECK(*row.tolerance <= (row.kind == CaseKind::transfer ? 20 : 10));
    }
    CHECK(names.size() >= 20 + 115);
}

TEST_CASE("only decode rows take part in a calibration")
{
    int calibrating = 0;
    for (auto const& row : read_cases(shipped_cases()))
        if (!is_served(row.kind) && row.source.find("calibrates ") != std::string::npos) {
            ++calibrating;
            CHECK(row.kind == CaseKind::decode);
            CHECK_THAT(row.source, Catch::Matchers::Contains("calibrates software.operator_overhead"));
        }
    CHECK(calibrating == 2);
}

// Groups in the launch scripts of WaferLLM (OSDI 2025), by side of the region. For 512 they have 32, the larger of the
// two divisors that are as near to the root by ratio; everywhere else the smaller, as here.
TEST_CASE("without groups a row has those of the published runs")
{
    std::map<std::uint32_t, std::uint32_t> const published{{240, 15}, {256, 16}, {300, 15}, {360, 18}, {420, 20},
                                                           {480, 20}, {540, 20}, {600, 24}, {660, 22}, {720, 24}};
    for (auto const& [side, groups] : published) {
        CAPTURE(side);
        CHECK(workloads::default_groups(side) == groups);
    }
}

// At batch 1 distance and stages decide: a larger grid is slower, although its PEs have less to do.
TEST_CASE("a layer of LLaMA3-8B is faster on 420x420 than on 660x660")
{
    if (tests::sanitized) {
        WARN("SKIPPED: regions of this size take minutes under the sanitizers: left out");
        return;
    }
    auto const run = [](std::string const& region) {
        std::string const header =
            "case_id,kind,machine,model,region,groups,context,batch,set,metric,value,unit,tolerance_percent,source\n";
        auto const cases = parse_cases(header + "x,decode,wse2,llama-3-8b," + region +
                                           ",,4096,1,workload.kv_heads=full,cycles_per_layer,12732,cycles,,\n",
                                       "signs.csv");
        return run_case(cases.at(0)).cycles;
    };
    auto const near = run("420x420");
    CHECK(near > 0);
    CHECK(near < run("660x660"));
}
