// `scribeline sensitivity`: what each parameter is worth, against runs with that parameter set.
#include "support/run_program.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using nlohmann::json;
using scribeline::tests::run_scribeline;

namespace {

json study(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "sensitivity");
    arguments.insert(arguments.end(), {"--format", "json"});
    auto const run = run_scribeline(arguments);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    CHECK(run.err.empty());
    return json::parse(run.out);
}

double tokens_per_second(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "run");
    arguments.insert(arguments.end(), {"--format", "json"});
    auto const run = run_scribeline(arguments);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return json::parse(run.out)["summary"]["tokens_per_second_per_user"].get<double>();
}

json row(json const& found, std::string const& name)
{
    for (auto const& each : found["parameters"])
        if (each["parameter"] == name)
            return each;
    return nullptr;
}

bool has(json const& names, std::string const& name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

TEST_CASE("the base is the figure of run, and each value gives what run gives with it")
{
    auto const found = study({"--group", "fabric"});
    CHECK(found["base"] == tokens_per_second({}));
    CHECK(found["metric"] == "tokens_per_second_per_user");
    auto const ramp = row(found, "fabric.ramp_latency");
    REQUIRE(ramp.is_object());
    CHECK(ramp["up"]["figure"] == tokens_per_second({"--set", "fabric.ramp_latency=3 cycles"}));
    CHECK(ramp["down"]["figure"] == tokens_per_second({"--set", "fabric.ramp_latency=1 cycle"}));
    CHECK(ramp["elasticity"].get<double>() < 0);
}

TEST_CASE("on a whole wafer with a whole token, a doubled clock nearly doubles the tokens, and costs nothing else")
{
    auto const found = study({"--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096", "--parameter",
                              "wafer.clock", "--parameter", "yield.defect_density", "--factor", "2"});
    auto const clock = row(found, "wafer.clock");
    REQUIRE(clock.is_object());
    // The host's part of a token does not run at the wafer's clock.
    CHECK(clock["up"]["change"].get<double>() > 0.9);
    CHECK(clock["up"]["change"].get<double>() <= 1);
    CHECK(clock["elasticity"].get<double>() == Approx(1).margin(0.06));
    CHECK(found["no_effect"] == json{"yield.defect_density"}); // no run of a regular mesh reads it
}

TEST_CASE("the largest effect comes first, and every parameter of the machine is somewhere")
{
    auto const found = study({});
    auto       last  = 1e300;
    for (auto const& each : found["parameters"]) {
        auto const effect = each["effect"].is_null() ? -1 : each["effect"].get<double>();
        CHECK(effect <= last);
        last = effect;
        CHECK_FALSE(each["origin"].get<std::string>().empty());
        CHECK(each["parameter"].get<std::string>().rfind("run.", 0) == std::string::npos);
    }
    CHECK(has(found["no_effect"], "yield.defect_density"));
    auto names = std::set<std::string>{};
    for (auto const* list : {"parameters", "not_varied"})
        for (auto const& each : found[list])
            CHECK(names.insert(each["parameter"].get<std::string>()).second);
    for (auto const& each : found["no_effect"])
        CHECK(names.insert(each.get<std::string>()).second);
    for (auto const* group : {"wafer", "fabric", "scribe", "yield", "pe", "software", "energy"}) {
        auto lines = std::istringstream{run_scribeline({"list", "parameters", group}).out};
        auto count = 0;
        for (std::string line; std::getline(lines, line);)
            if (line.rfind(std::string{group} + ".", 0) == 0) {
                CHECK(names.count(line.substr(0, line.find(' '))) == 1);
                ++count;
            }
        CHECK(count > 0);
    }
}

TEST_CASE("a metric of compare, a machine that is no wafer")
{
    auto const found    = study({"--machine", "h100:8", "--model", "llama-3.1-8b", "--context", "4096", "--metric",
                                 "tokens_per_second_per_user_served", "--group", "engine"});
    auto const overhead = row(found, "engine.layer_overhead");
    REQUIRE(overhead.is_object());
    CHECK(overhead["up"]["change"].get<double>() < 0);
    auto const compared = run_scribeline(
        {"compare", "--machines", "h100:8", "--model", "llama-3.1-8b", "--context", "4096", "--format", "json"});
    REQUIRE(compared.exit_code == 0);
    CHECK(compared.says(fmt::format("{}", found["base"].get<double>())));
}

TEST_CASE("a value that the machine refuses is told with the reason, and the others have their figures")
{
    auto const found = study({"--to", "pe.sram=1 KiB", "--to", "fabric.hop_latency=2 cycles"});
    CHECK(found["factor"].is_null());
    auto const sram = row(found, "pe.sram");
    REQUIRE(sram.is_object());
    CHECK(sram["down"]["figure"].is_null());
    CHECK_THAT(sram["down"]["refused"].get<std::string>(), Contains("pe.sram"));
    CHECK(row(found, "fabric.hop_latency")["up"]["change"].get<double>() < 0);

    auto const table = run_scribeline({"sensitivity", "--to", "pe.sram=1 KiB"});
    CHECK(table.exit_code == 0);
    CHECK_THAT(table.out, Contains("refused"));
}

TEST_CASE("what cannot be asked is refused in words, before anything runs")
{
    auto const refused = [](std::vector<std::string> arguments, int code, std::string const& words) {
        arguments.insert(arguments.begin(), "sensitivity");
        auto const run = run_scribeline(arguments);
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK(run.out.empty());
        CHECK_THAT(run.err, Contains(words));
    };
    refused({"--metric", "tokens_per_secnd"}, 64, "did you mean 'tokens_per_second'?");
    refused({"--metric", "time_of_day"}, 65, "no such figure");
    refused({"--group", "fabrik"}, 64, "did you mean 'fabric'?");
    refused({"--group", "hbm"}, 64, "has the groups");
    refused({"--parameter", "fabric.hop_latncy"}, 64, "did you mean 'fabric.hop_latency'?");
    refused({"--parameter", "gpu.devices"}, 64, "has no group 'gpu'");
    refused({"--factor", "1"}, 64, "a number above 1");
    refused({"--factor", "ten"}, 64, "a number above 1");
    refused({"--to", "fabric.hop_latency"}, 64, "GROUP.KEY=VALUE");
    refused({"--machine", "wse33"}, 66, "did you mean");
    refused({"--machine", "wse3", "--model", "llama-3.1-405b"}, 1, "does not fit");
}

TEST_CASE("energies move a figure of energy one by one, and none of tokens a second")
{
    auto const energy = study({"--group", "energy", "--metric", "energy_per_token"});
    CHECK(row(energy, "energy.router")["elasticity"].get<double>() > 0);
    CHECK(row(energy, "energy.sram_read")["elasticity"].get<double>() > 0);
    CHECK(row(energy, "energy.router")["up"]["figure"] != row(energy, "energy.sram_read")["up"]["figure"]);
    auto const speed = study({"--group", "energy"});
    CHECK(speed["parameters"].empty());
    CHECK(has(speed["no_effect"], "energy.router"));
}
