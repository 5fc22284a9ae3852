// `--machine NAME:N`: a machine, and how many wafers of it.
#include "configs/schema/resolve.hpp"
#include "support/configs.hpp"
#include "support/run_line.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::configs;
using Catch::Matchers::Contains;

namespace {

Config resolved(std::vector<std::string> words)
{
    words.insert(words.begin(), {"run", "--model", "tiny"});
    return resolve(tests::run_line(words));
}

Setting wafers_of(Config const& config)
{
    for (auto const& setting : config.settings)
        if (setting.group == "mapping" && setting.key == "wafers")
            return setting;
    return {};
}

} // namespace

TEST_CASE("a count of wafers behind the machine's name is kept with who set it")
{
    auto const four = resolved({"--machine", "wse3:4"});
    CHECK(four.machine == "wse3");
    CHECK(four.parameters.mapping.wafers == 4);
    CHECK(wafers_of(four).set_by == "--machine");
    CHECK(resolved({"--machine", "wse3:auto"}).parameters.mapping.wafers == 0);
    CHECK(resolved({"--machine", "wse3"}).parameters.mapping.wafers == 1);
    CHECK(wafers_of(resolved({"--machine", "wse3"})).set_by == "default");
    CHECK(resolved({"--machine", "wse3:4", "--set", "mapping.wafers=2"}).parameters.mapping.wafers == 2);
}

TEST_CASE("a count that is none is refused with what was expected")
{
    for (auto const* nonsense : {"wse3:", "wse3:0", "wse3:00", "wse3:many", "wse3:-1", "wse3:4x", "wse3:4.5", ":4"}) {
        CAPTURE(nonsense);
        auto const refusal = tests::refusal_of([&] { resolved({"--machine", nonsense}); });
        CHECK(refusal.code == Exit::usage);
        CHECK_THAT(refusal.text, Contains(nonsense) && Contains("expected NAME:N") && Contains("NAME:auto"));
    }
    CHECK_THAT(tests::refusal_of([] { resolved({"--machine", "wse9:4"}); }).text, Contains("'wse9': not known"));
    auto const huge = tests::refusal_of([] { resolved({"--machine", "wse3:99999999999"}); });
    CHECK(huge.code == Exit::usage);
    CHECK_THAT(huge.text, Contains("mapping.wafers"));
}

TEST_CASE("more wafers than the limit are refused with both and who set them")
{
    auto const refusal = tests::refusal_of([] { resolved({"--machine", "wse3:65"}); });
    CHECK(refusal.code == Exit::bad_config);
    CHECK_THAT(refusal.text, Contains("mapping.wafers = 65 (set by --machine)") && Contains("mapping.max_wafers = 64"));
    CHECK(resolved({"--machine", "wse3:65", "--set", "mapping.max_wafers=65"}).parameters.mapping.wafers == 65);
}

TEST_CASE("the count goes behind the path of a machine file, whose name may have a colon of its own")
{
    auto const folder = tests::TemporaryFolder{};
    auto const plain  = folder.write("mine.toml", "base = \"wse3\"\n");
    auto const config = resolved({"--machine", plain + ":2"});
    CHECK(config.machine == plain);
    CHECK(config.parameters.mapping.wafers == 2);
    auto const colon = folder.write("a:b.toml", "base = \"wse3\"\n");
    CHECK(resolved({"--machine", colon}).parameters.mapping.wafers == 1);
    CHECK(resolved({"--machine", colon + ":auto"}).parameters.mapping.wafers == 0);
}

TEST_CASE("the option --objective sets what the planner is after")
{
    CHECK(resolved({"--objective", "throughput"}).parameters.mapping.objective == Objective::throughput);
    auto const refusal = tests::refusal_of([] { resolved({"--objective", "speed"}); });
    CHECK(refusal.code == Exit::usage);
    CHECK_THAT(refusal.text, Contains("--objective (mapping.objective): 'speed' is none of latency, throughput"));
}
