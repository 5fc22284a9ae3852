// What `scribeline yield` prints of a study.
#include "configs/schema/resolve.hpp"
#include "results/views/yield_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace scribeline;
using Catch::Matchers::Contains;

namespace {

std::string printed(configs::OutputFormat format, models::YieldStudy const& study)
{
    auto line    = configs::CommandLine{};
    line.machine = "small";
    line.format  = format;
    auto text    = std::ostringstream{};
    results::print(text, configs::resolve(line), study);
    return text.str();
}

models::YieldStudy study()
{
    auto made          = models::YieldStudy{};
    made.grid          = {34, 34, 32, 32, 2, 2};
    made.wafers        = 4;
    made.seed          = 9;
    made.defects       = {1234.5, 1, 2, 3, 4, 5};
    made.usable        = {768, 0, 0, 1024, 1024, 1024};
    made.longer_pairs  = {7.5, 1, 1, 7, 9, 9};
    made.perfect_dies  = {3, 2, 2, 3, 4, 4};
    made.pairs_at      = {0, 1976, 7.5, 0.005};
    made.die_area      = 11;
    made.expected_dies = 0.7;
    made.unrepairable  = 1;
    made.first_refused = models::RefusedWafer{2, "3 rows too many"};
    return made;
}

} // namespace

TEST_CASE("the page has the grids, the spread of each figure, what was refused and the dies")
{
    auto const text = printed(configs::OutputFormat::table, study());
    CAPTURE(text);
    CHECK_THAT(text, Contains("Yield of small: 4 wafers, seed 9"));
    CHECK_THAT(text, Contains("34x34 PEs, 1,156 in all") && Contains("32x32 PEs, 1,024 in all (88.6 %)"));
    CHECK_THAT(text, Contains("1,234.5          2          3          4          1          5"));
    CHECK_THAT(text, Contains("Wafers that cannot be repaired  1 of 4 (25.0 %)"));
    CHECK_THAT(text, Contains("wafer 2: 3 rows too many"));
    CHECK_THAT(text, Contains("Dies of 11 mm2 without a defect  75.0 % (70.0 % by the formula)"));
    CHECK_THAT(text, Contains("3           0.005"));
    auto lines = std::istringstream{text};
    for (auto line = std::string{}; std::getline(lines, line);)
        CHECK(line.size() <= 100);
}

TEST_CASE("JSON holds every figure, the parameters with their sources, and pairs by hops")
{
    auto const json = nlohmann::json::parse(printed(configs::OutputFormat::json, study()));
    CHECK(json["machine"] == "small");
    CHECK(json["seed"] == 9);
    CHECK(json["physical_grid"] == std::vector<int>{34, 34});
    CHECK(json["per_wafer"]["usable_pes"]["mean"] == 768);
    CHECK(json["per_wafer"]["usable_pes"]["p1"] == 0);
    CHECK(json["per_wafer"]["defects"]["max"] == 5);
    CHECK(json["unrepairable_share"] == 0.25);
    CHECK(json["first_refused"]["wafer"] == 2);
    CHECK(json["perfect_dies_share"] == 0.75);
    CHECK(json["perfect_dies_formula"] == 0.7);
    CHECK(json["pairs_by_hops"][1]["hops"] == 2);
    CHECK(json["pairs_by_hops"][1]["pairs"] == 7.5);
    CHECK(json["parameters"]["defect_density"]["value"] == "0.001 /mm2");
    CHECK_FALSE(json["parameters"]["core_area"]["source"].get<std::string>().empty());
}

TEST_CASE("CSV has a line for each figure")
{
    auto const text = printed(configs::OutputFormat::csv, study());
    CHECK_THAT(text, Catch::StartsWith("figure,mean,p1,p50,p99,min,max\ndefects,1234.5,2,3,4,1,5\n"));
    CHECK_THAT(text, Contains("\nusable_pes,768,0,1024,1024,0,1024\n"));
    CHECK_THAT(text, Contains("\nunrepairable_share,0.25,,,,,\n"));
}

TEST_CASE("of wafers that none could be repaired nothing is said about neighbours")
{
    auto none         = study();
    none.unrepairable = 4;
    none.pairs_at.clear();
    CHECK_THAT(printed(configs::OutputFormat::table, none), !Contains("hop"));
    CHECK_THAT(printed(configs::OutputFormat::csv, none), Contains("\nlonger_pairs,,,,,,\n"));
    CHECK(nlohmann::json::parse(printed(configs::OutputFormat::json, none))["per_wafer"]["longer_pairs"]["p50"]
              .is_null());
}
