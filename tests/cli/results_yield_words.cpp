// `scribeline yield` as a person uses it: words and exit codes.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

TEST_CASE("a thousand wafers say the same each time")
{
    auto const first = run_scribeline({"yield", "--machine", "wse3", "--wafers", "1000", "--format", "json"});
    INFO(first);
    CHECK(first.exit_code == 0);
    CHECK(first.err.empty());
    auto const json = nlohmann::json::parse(first.out);
    CHECK(json["wafers"] == 1000);
    CHECK(json["per_wafer"]["usable_pes"]["mean"] == 896112);
    CHECK(run_scribeline({"yield", "--machine", "wse3", "--format", "json"}).out == first.out);
    CHECK(run_scribeline({"yield", "--machine", "wse3", "--seed", "2", "--format", "json"}).out != first.out);
}

TEST_CASE("what is set decides about the defects, and is checked")
{
    auto const none = run_scribeline(
        {"yield", "--machine", "wse3", "--wafers", "3", "--set", "yield.defect_density=0 /cm2", "--format", "csv"});
    INFO(none);
    CHECK(none.exit_code == 0);
    CHECK(none.says("defects,0,0,0,0,0,0"));
    CHECK(none.says("perfect_dies_share,1"));
    auto const more = run_scribeline({"yield", "--machine", "wse3", "--set", "yield.defect_density=10 per mm2"});
    CHECK(more.exit_code == 64);
    CHECK(more.says("10 /mm2 is outside 0 /mm2 .. 1 /mm2"));
    // What explain says to write into a file is what a file may say.
    CHECK(run_scribeline({"explain", "yield.clustering"}).says("[yield] clustering = \"none\""));
    CHECK(run_scribeline({"yield", "--set", "yield.clustering=lots"}).says("a number, or none"));
    CHECK(run_scribeline({"yield", "--set", "yield.clustering=0"}).says("is outside 0.01 .. none"));
    CHECK(run_scribeline({"yield", "--set", "yield.core_area=1"}).says("missing unit"));
    CHECK(run_scribeline({"yield", "--set", "yield.defect_densty=1"}).says("did you mean"));
}

TEST_CASE("a map is one wafer; one that cannot be repaired ends with 1 and the reason")
{
    auto const folder = TemporaryFolder{};
    auto const good   = run_scribeline({"yield", "--machine", "small", "--map", folder.write("a", "34x34\n4 5\n")});
    INFO(good);
    CHECK(good.exit_code == 0);
    CHECK(good.says("one wafer, defects from "));
    auto text = std::string{"34x34\n"};
    for (auto const* row : {"1", "2", "3"})
        for (auto const* column : {"1", "2", "3"})
            text += std::string{column} + " " + row + "\n";
    auto const bad = run_scribeline({"yield", "--machine", "small", "--map", folder.write("b", text)});
    INFO(bad);
    CHECK(bad.exit_code == 1);
    CHECK(bad.says("3 rows have more dead PEs than the 2 spare columns replace, and there are 2 spare rows"));
}

TEST_CASE("a map of another size, a place outside, and a file that is not there are refused")
{
    auto const folder = TemporaryFolder{};
    auto const map    = [&](std::string const& text) {
        return run_scribeline({"yield", "--machine", "wse3", "--map", folder.write("map.txt", text)});
    };
    auto const size = map("34x34\n4 5\n");
    INFO(size);
    CHECK(size.exit_code == 65);
    CHECK(size.out.empty());
    CHECK(size.says("map.txt:1: error: a map of 34x34 PEs, but the machine has 792x1225"));
    auto const place = map("792x1225\n4 5\n792 0\n");
    CHECK(place.exit_code == 65);
    CHECK(place.says("map.txt:3: error: the place 792 0 lies outside"));
    CHECK(run_scribeline({"yield", "--map", folder / "none.txt"}).exit_code == 66);
    CHECK(run_scribeline({"yield", "--map", folder.path().string()}).exit_code == 66);
}

TEST_CASE("options that make no sense are usage errors")
{
    for (auto const* wafers : {"0", "-1", "many", "99999999999"}) {
        auto const run = run_scribeline({"yield", "--wafers", wafers});
        INFO(run);
        CHECK(run.exit_code == 64);
        CHECK(run.says("--wafers"));
    }
    CHECK(run_scribeline({"yield", "--map", "a", "--wafers", "3"}).says("leave out --wafers and --seed"));
    CHECK(run_scribeline({"yield", "--map", "a", "--seed", "3"}).exit_code == 64);
    auto const gpu = run_scribeline({"yield", "--machine", "h100"});
    INFO(gpu);
    CHECK(gpu.exit_code == 64);
    CHECK(gpu.says("is no wafer"));
    CHECK(run_scribeline({"yield", "--wafer", "3"}).says("did you mean '--wafers'?"));
    CHECK(run_scribeline({"yield", "three"}).exit_code == 64);
    CHECK(run_scribeline({"yeild"}).says("did you mean 'yield'?"));
    CHECK(run_scribeline({"help", "yield"}).says("--map FILE"));
}
