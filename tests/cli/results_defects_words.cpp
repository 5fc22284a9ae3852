// Defects in runs, what repair costs, and a mesh of chiplets beside the wafer, as a person asks for them.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

nlohmann::json json_of(std::vector<std::string> words)
{
    words.insert(words.end(), {"--format", "json"});
    auto const run = run_scribeline(words);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return nlohmann::json::parse(run.out);
}

} // namespace

TEST_CASE("run --defects says what was repaired; the file repeats the run")
{
    auto const folder = TemporaryFolder{};
    auto const run    = run_scribeline({"run", "--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096",
                                        "--defects", "1", "-o", folder / "d.h5"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.says("PEs dead                              43  and passed by"));
    CHECK(run.says("longer_hops"));
    CHECK(run.says("longer links of repaired places by a closed form"));
    auto const again = run_scribeline({"run", "--from", folder / "d.h5"});
    CHECK(again.says("PEs dead                              43  and passed by"));
    CHECK(run_scribeline({"run", "--from", folder / "d.h5", "--set", "run.defects=none"}).says("exact, as regions"));
}

TEST_CASE("a map beside a configuration is found from there, and one that is wrong ends with one message")
{
    auto const folder = TemporaryFolder{};
    folder.write("good.map", "34x34\n4 5\n17 3 south\n16 20 east\n");
    auto const config = folder.write("here.toml", "[run]\ndefects = \"./good.map\"\n");
    auto const good   = run_scribeline({"run", "--machine", "small", "--config", config});
    INFO(good);
    CHECK(good.exit_code == 65); // no scribe line lies south of row 3
    CHECK(good.says("good.map:3: error: no scribe line lies south of 17 3"));
    folder.write("good.map", "34x34\n4 5\n17 16 south\n16 20 east\n");
    auto const repaired = run_scribeline({"run", "--machine", "small", "--config", config});
    INFO(repaired);
    CHECK(repaired.exit_code == 0);
    CHECK(repaired.says("PEs dead                               3  and passed by"));
    auto const wired =
        run_scribeline({"run", "--machine", "small", "--config", config, "--set", "scribe.spare_links=1"});
    CHECK(wired.says("links rewired                          2"));
    CHECK(wired.says("PEs dead                               1  and passed by"));
    auto const size = run_scribeline({"run", "--machine", "wse3", "--config", config, "--dry-run"});
    auto const real = run_scribeline({"run", "--machine", "wse3", "--config", config});
    INFO(real);
    CHECK(size.exit_code == real.exit_code);
    CHECK(real.exit_code == 65);
    CHECK(real.says("a map of 34x34 PEs, but the machine has 792x1225"));
}

TEST_CASE("yield says what repair costs a model, over a thousand wafers")
{
    auto const run = run_scribeline({"yield", "--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096"});
    INFO(run);
    CHECK(run.exit_code == 0);
    auto const plan =
        json_of({"run", "--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096"})["candidates"][0];
    auto const region = plan["columns"].dump() + "x" + plan["rows"].dump();
    CHECK(run.says("What repair costs llama-3.1-8b, context 4,096, " + plan["stages"].dump() + " stages of " + region +
                   " PEs on 1 wafer"));
    auto const json = json_of({"yield", "--machine", "wse3", "--wafers", "10", "--model", "llama-3.1-8b"});
    CHECK(json["speed"]["machines"] == 10);
    CHECK(json["speed"]["tokens_per_second"]["max"] < json["speed"]["regular_tokens_per_second"]);
    auto const four =
        json_of({"yield", "--machine", "wse3:4", "--wafers", "9", "--model", "llama-3.1-70b", "--context", "4096"});
    CHECK(four["speed"]["machines"] == 2);
    CHECK(run_scribeline({"yield", "--context", "4096"}).exit_code == 64);
}

TEST_CASE("a wafer is faster than the same mesh of chiplets, in one command; the closed forms say so too")
{
    for (auto const* fidelity : {"auto", "closed_form"}) {
        auto const json = json_of({"compare", "--model", "llama-3.1-8b", "--context", "4096", "--machines",
                                   "wse3,chiplets", "--set", std::string{"run.fidelity="} + fidelity});
        INFO(json.dump(1));
        auto const text = json.dump();
        CHECK(text.find("\"chiplets\"") != std::string::npos);
    }
    auto const speed = [](char const* machine) {
        return json_of({"run", "--machine", machine, "--model", "llama-3.1-8b", "--context", "4096", "--fidelity",
                        "closed_form"})["summary"]["tokens_per_second_per_user"]
            .get<double>();
    };
    CHECK(speed("chiplets") < 0.95 * speed("wse3"));
    CHECK(speed("chiplets") > 0.7 * speed("wse3"));
}

TEST_CASE("a token that can neither be folded nor simulated in a moment comes from formulas, and the report says why")
{
    auto const run = run_scribeline({"run", "--machine", "chiplets", "--model", "llama-3.1-8b", "--context", "4096"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.says("fidelity closed_form"));
    CHECK(run.says("by formulas: folding would not be exact, because "));
    CHECK(run.says("every wavelet of the token takes"));
}

TEST_CASE("what scribe lines carry and cost is said, and is nothing where they are links like others")
{
    auto const slow = run_scribeline({"run", "--machine", "small", "--region", "32x32", "--fidelity", "folded", "--set",
                                      "scribe.extra_latency=4 cycles"});
    INFO(slow);
    CHECK(slow.exit_code == 0);
    CHECK(slow.says("of the wavelets crossed one,"));
    CHECK(slow.says("what they cost"));
    auto const plain = run_scribeline({"run", "--machine", "small", "--region", "32x32"});
    CHECK(plain.says("of the wavelets crossed one,"));
    CHECK_FALSE(plain.says("what they cost"));
}

// The figures of the README.
TEST_CASE("a scribe line may take 18 cycles more before a wafer is no better than chiplets, and not 19")
{
    auto const cycles = [](char const* machine, char const* latency, char const* rate) {
        auto words = std::vector<std::string>{"run",       "--machine", machine,    "--model", "llama-3.1-8b",
                                              "--context", "4096",      "--region", "420x420"};
        if (*latency != '\0')
            words.insert(words.end(), {"--set", std::string{"scribe.extra_latency="} + latency, "--set",
                                       std::string{"scribe.link_serialisation="} + rate});
        return json_of(words)["summary"]["cycles_per_layer"].get<std::uint64_t>();
    };
    auto const chiplets = cycles("chiplets", "", "");
    CHECK(chiplets == 20310);
    CHECK(cycles("wse3", "", "") == 18861);
    CHECK(cycles("wse3", "18 cycles", "29/8 cycles") == chiplets); // nothing else is different
    CHECK(cycles("wse3", "18 cycles", "9/8 cycles") < chiplets);
    CHECK(cycles("wse3", "19 cycles", "9/8 cycles") > chiplets);
}
