// `scribeline diff`: two files of run, or two of compare.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using nlohmann::json;
using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

std::string diff(std::string const& a, std::string const& b, std::string const& format = "table")
{
    auto const run = run_scribeline({"diff", a, b, "--format", format});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    CHECK(run.err.empty());
    return run.out;
}

void make(std::vector<std::string> arguments, std::string const& file)
{
    arguments.insert(arguments.end(), {"--quiet", "-o", file});
    auto const run = run_scribeline(arguments);
    INFO(run);
    REQUIRE(run.exit_code == 0);
}

json table(std::string const& text, std::string const& name)
{
    auto const document = json::parse(text);
    for (auto const& section : document["sections"])
        if (section.contains("tables") && section["tables"].contains(name))
            return section["tables"][name]["rows"];
    return json::array();
}

json row(json const& rows, std::string const& name)
{
    for (auto const& each : rows)
        if (each[0] == name)
            return each;
    return nullptr;
}

} // namespace

TEST_CASE("nothing differs between a file and itself, nor between two runs of one configuration")
{
    auto const folder = TemporaryFolder{};
    make({"run", "--set", "mapping.schedule=pipeline"}, folder / "a.h5");
    make({"run", "--set", "mapping.schedule=pipeline"}, folder / "b.h5");
    CHECK_THAT(diff(folder / "a.h5", folder / "a.h5"), Contains("Nothing differs"));
    CHECK_THAT(diff(folder / "a.h5", folder / "b.h5"), Contains("Nothing differs"));
    make({"compare", "--machines", "small,h100", "--model", "tiny"}, folder / "c.h5");
    CHECK_THAT(diff(folder / "c.h5", folder / "c.h5"), Contains("Nothing differs"));
}

TEST_CASE("a run repeated with one thing changed differs in exactly that, and in the figures that follow")
{
    auto const folder = TemporaryFolder{};
    make({"run", "--set", "mapping.schedule=pipeline"}, folder / "a.h5");
    make({"run", "--from", folder / "a.h5", "--set", "fabric.hop_latency=3 cycles"}, folder / "b.h5");
    auto const text       = diff(folder / "a.h5", folder / "b.h5", "json");
    auto const parameters = table(text, "parameters");
    REQUIRE(parameters.size() == 1);
    CHECK(parameters[0] == json{"fabric.hop_latency", "1 cycle", "3 cycles"});

    auto const figures = table(text, "figures");
    auto const shown   = [&](char const* name) {
        auto const file = run_scribeline({"show", folder / name, "--format", "json"});
        return json::parse(file.out)["summary"]["tokens_per_second_per_user"].get<double>();
    };
    auto const rate = row(figures, "tokens_per_second_per_user");
    REQUIRE(rate.is_array());
    CHECK(rate[1].get<double>() == Approx(shown("a.h5")));
    CHECK(rate[2].get<double>() == Approx(shown("b.h5")));
    CHECK(rate[3].get<double>() == Approx(shown("b.h5") - shown("a.h5")));
    CHECK(rate[4].get<double>() == Approx(100 * (shown("b.h5") / shown("a.h5") - 1)));
    CHECK(row(figures, "layers").is_null()); // which stayed

    auto const hops = row(table(text, "parts"), "hops");
    REQUIRE(hops.is_array());
    CHECK(hops[3].get<double>() > 0);

    CHECK_THAT(diff(folder / "a.h5", folder / "b.h5"),
               Contains("Parameters that differ") && Contains("Figures that moved") && Contains("Parts of the time"));
    CHECK_THAT(diff(folder / "a.h5", folder / "b.h5", "csv"), Contains("fabric.hop_latency"));
}

TEST_CASE("comparisons differ by machine and context")
{
    auto const folder = TemporaryFolder{};
    make({"compare", "--machines", "small,h100", "--model", "tiny"}, folder / "a.h5");
    make({"compare", "--machines", "small,h100", "--model", "tiny", "--set", "gpu.memory_latency=2 us"},
         folder / "b.h5");
    auto const text       = diff(folder / "a.h5", folder / "b.h5", "json");
    auto const parameters = table(text, "parameters");
    REQUIRE(parameters.size() == 1);
    CHECK(parameters[0][0] == "h100.gpu.memory_latency");
    auto const figures = table(text, "figures");
    REQUIRE_FALSE(figures.empty());
    for (auto const& each : figures)
        CHECK(each[0].get<std::string>().rfind("h100 at 64: ", 0) == 0);
}

TEST_CASE("files of other kinds, damaged or missing ones are refused in words")
{
    auto const folder = TemporaryFolder{};
    make({"run"}, folder / "run.h5");
    make({"run", "--machine", "h100", "--model", "tiny"}, folder / "gpu.h5");
    make({"compare", "--machines", "small", "--model", "tiny"}, folder / "compare.h5");
    make({"yield", "--machine", "small", "--wafers", "3"}, folder / "yield.h5");
    auto const refused = [&](std::string const& a, std::string const& b, int code, std::string const& words) {
        auto const run = run_scribeline({"diff", a, b});
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK(run.out.empty());
        CHECK_THAT(run.err, Contains(words));
    };
    refused(folder / "run.h5", folder / "compare.h5", 65, "two files of one command");
    refused(folder / "run.h5", folder / "yield.h5", 65, "a study of yield");
    refused(folder / "yield.h5", folder / "run.h5", 65, "a study of yield");
    refused(folder / "run.h5", folder / "none.h5", 66, "none.h5");
    refused(std::string{SCRIBELINE_TESTS} + "/CMakeLists.txt", folder / "run.h5", 65, "CMakeLists.txt");
    refused(folder / "run.h5", "", 66, "");
    // Machines of two kinds are two runs all the same.
    CHECK_THAT(diff(folder / "run.h5", folder / "gpu.h5"), Contains("gpu.devices") && Contains("fabric.hop_latency"));
}
