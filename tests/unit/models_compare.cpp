// Rows of a comparison: what a batch, a context and a machine that is too small do to them.
#include "configs/schema/resolve.hpp"
#include "models/compare/comparison.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;

namespace {

ComparedMachine machine(std::string const& name, std::vector<configs::Override> overrides = {})
{
    auto line    = configs::CommandLine{};
    line.machine = name;
    overrides.push_back({"--model", "workload.model", "llama-3.1-8b"});
    line.overrides = std::move(overrides);
    return {name, configs::resolve(line)};
}

ComparisonRow only_row(ComparedMachine one, std::uint32_t context, std::uint32_t batch)
{
    one.config.parameters.workload.batch = batch;
    return compare({std::move(one)}, {context}).rows.at(0);
}

} // namespace

TEST_CASE("rows stand machine by machine, and the fastest of a context is the one with the shortest token")
{
    auto       heard = std::vector<std::string>{};
    auto const both  = compare(
         {machine("plain-memory"), machine("h100:8")}, {2048, 4096},
         [&](std::string const& name, std::uint32_t context) { heard.push_back(name + " " + std::to_string(context)); });
    CHECK(heard == std::vector<std::string>{"plain-memory 2048", "plain-memory 4096", "h100:8 2048", "h100:8 4096"});
    CHECK(both.row(0, 1).machine == "plain-memory");
    CHECK(both.row(0, 1).context == 4096);
    CHECK(both.fastest(0) == 1U);
    CHECK(both.anything_fits());
}

TEST_CASE("a batch on a wafer shares its weights: more tokens a second in all, none sooner")
{
    auto const one = only_row(machine("wse3:auto"), 2048, 1);
    auto const two = only_row(machine("wse3:auto"), 2048, 2);
    REQUIRE(one.fits);
    REQUIRE(two.fits);
    CHECK(two.token->value() >= one.token->value());
    CHECK(*two.tokens_per_second() > *one.tokens_per_second());
    CHECK(*two.tokens_per_second() <= 2 * *one.tokens_per_second() * (1 + 1e-12));
}

TEST_CASE("parts add up to the energy of a token on machines of every kind, a batch shares what rests")
{
    for (auto const* name : {"wse3", "a100:8", "h100:8", "b200:8", "gb200-nvl72", "rubin-nvl72", "lpx", "plain-memory"})
        for (std::uint32_t const batch : {1, 2}) {
            auto const row = only_row(machine(name), 4096, batch);
            CAPTURE(name, batch, row.reason);
            REQUIRE(row.fits);
            REQUIRE(row.energy);
            auto sum = 0.0, around = 0.0;
            for (auto const& [part, joules] : row.energy_parts) {
                CHECK(joules.value() >= 0);
                sum += joules.value();
                around += part == "host" || part == "system" ? joules.value() : 0;
            }
            CHECK(sum == Approx(row.energy->value()).epsilon(1e-12));
            CHECK(around > 0);
            // Devices take no more than their full power.
            CHECK(sum - around <= row.energy_at_most->value() * (1 + 1e-12));
            if (batch == 2 && row.devices == only_row(machine(name), 4096, 1).devices) // the same plan
                CHECK(row.energy->value() < only_row(machine(name), 4096, 1).energy->value());
        }
}

TEST_CASE("a batch whose KV caches a wafer does not hold is refused with the number that it holds")
{
    auto const row = only_row(machine("wse3"), 4096, 100000);
    CHECK_FALSE(row.fits);
    CHECK_FALSE(row.token);
    CHECK_THAT(row.reason, Catch::Matchers::Contains("sequences of 4096 tokens") &&
                               Catch::Matchers::Contains("the batch has 100000"));
}

TEST_CASE("parts add up to the time of a token on machines of every kind")
{
    for (auto const* name : {"wse3", "h100:8", "lpx", "plain-memory"}) {
        auto const row = only_row(machine(name), 4096, 2);
        CAPTURE(name, row.reason);
        REQUIRE(row.fits);
        REQUIRE_FALSE(row.parts.empty());
        auto sum = 0.0;
        for (auto const& [part, time] : row.parts)
            sum += time.value();
        CHECK(sum == Approx(row.token->value()).epsilon(1e-9));
        CHECK(*row.bandwidth_share > 0);
        CHECK(*row.bandwidth_share < 1);
    }
}

TEST_CASE("wafers have no server, and say so by having no figures")
{
    auto const row = only_row(machine("wse3"), 2048, 1);
    CHECK_FALSE(row.served);
    CHECK(row.fidelity_said != "");
}

TEST_CASE("a wafer's first token comes later the longer the prompt, and the more prompts there are")
{
    // The planner's regions for a longer context take more tokens a chunk; on regions of one size nothing does.
    auto const fixed =
        machine("wse3", {{"--set", "mapping.region", "381x588"}, {"--set", "mapping.schedule", "pipeline"}});
    for (auto const& on : {machine("wse3"), fixed}) {
        auto const one = only_row(on, 2048, 1), longer = only_row(on, 4096, 1), two = only_row(on, 2048, 2);
        REQUIRE(one.first_token);
        CHECK(*one.first_token > *one.token);
        CHECK(*longer.first_token > *one.first_token);
        if (on.config.parameters.mapping.region.columns != 0)
            CHECK(longer.first_token->value() > 1.5 * one.first_token->value());
        CHECK(*two.first_token > *one.first_token);
        CHECK(two.first_token->value() < 2 * one.first_token->value());
    }
}

TEST_CASE("formulas alone serve where they are asked for, and have no parts")
{
    auto const row = only_row(machine("wse3", {{"--set", "run.fidelity", "closed_form"}}), 2048, 1);
    CHECK(row.fits);
    CHECK(row.fidelity == "closed_form");
    CHECK(row.parts.empty());
    CHECK(row.bound_by.empty());
}
