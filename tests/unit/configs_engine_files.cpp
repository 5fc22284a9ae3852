// What an engine takes, by engine and version: who is over whom.
#include "configs/failure.hpp"
#include "configs/schema/engine_files.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/words.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::configs;

namespace {

Config resolved(std::vector<Override> overrides)
{
    auto line      = CommandLine{};
    line.command   = "serve";
    line.machine   = "h100:1";
    line.overrides = std::move(overrides);
    return resolve(line);
}

Setting const& setting(Config const& config, std::string const& key)
{
    for (auto const& each : config.settings)
        if (each.group == "engine" && each.key == key)
            return each;
    FAIL(key);
    return config.settings.front();
}

} // namespace

TEST_CASE("every engine has times of at least one version, and the newest stands where none is asked for")
{
    for (auto const name : {EngineName::vllm, EngineName::sglang, EngineName::trtllm}) {
        auto const versions = engine_versions(name);
        REQUIRE_FALSE(versions.empty());
        auto const config = resolved({{"--engine", "engine.name", word_for(name)}});
        CHECK(setting(config, "step_overhead")
                  .set_by.rfind(std::string{"engines/"} + word_for(name) + "-" + versions.back(), 0) == 0);
        CHECK_FALSE(setting(config, "step_overhead").citation.empty());
    }
}

TEST_CASE("the published fit of an older version is there as it was published")
{
    auto const engine = resolved({{"--set", "engine.version", "0.15"}}).parameters.engine;
    CHECK(engine.step_overhead.value() == Approx(126e-6));
    CHECK(engine.layer_overhead.value() == Approx(32e-6));
    CHECK(engine.request_overhead.value() == Approx(4e-6));
    CHECK(engine.api_request.value() == Approx(15.6e-3));
}

TEST_CASE("what somebody sets is over what the engine's file says, and the rest of the file stands")
{
    auto const config = resolved({{"--set", "engine.version", "0.15"}, {"--set", "engine.step_overhead", "1 ms"}});
    CHECK(config.parameters.engine.step_overhead.value() == Approx(1e-3));
    CHECK(config.parameters.engine.layer_overhead.value() == Approx(32e-6));
    CHECK(setting(config, "step_overhead").set_by == "--set");
}

TEST_CASE("a version without times is told with those that there are")
{
    try {
        resolved({{"--set", "engine.version", "0.7"}});
        FAIL("accepted");
    } catch (UserError const& error) {
        CHECK_THAT(error.what(), Catch::Contains("0.7") && Catch::Contains("0.15") && Catch::Contains("vllm"));
        CHECK(error.code() == Exit::bad_config);
    }
}
