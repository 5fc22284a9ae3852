// Which layer wins, who is named for it, and that a configuration written down reads back as itself.
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"
#include "configs/share.hpp"
#include "support/configs.hpp"
#include "support/run_line.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace scribeline;
using namespace scribeline::configs;
using namespace scribeline::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

using Words = std::vector<std::string>;

Config resolved(Words const& words) { return resolve(tests::run_line(words)); }

Refusal refusal_of_words(Words const& words)
{
    return refusal_of([&] { resolved(words); });
}

Setting setting_of(Config const& config, std::string const& name)
{
    for (auto const& setting : config.settings)
        if (setting.group + "." + setting.key == name)
            return setting;
    return {};
}

} // namespace

TEST_CASE("without arguments a small wafer runs a small model")
{
    auto const config = resolved({"run"});
    CHECK(config.machine == "small");
    CHECK(config.parameters.wafer.columns == 32);
    CHECK(config.parameters.wafer.reticle_columns == 2);
    CHECK(config.parameters.workload.model == "tiny");
    CHECK(config.parameters.workload.context == 64);
    CHECK(config.parameters.mapping.region.columns == 24);
    CHECK(config.parameters.mapping.region.rows == 24);
    CHECK(setting_of(config, "mapping.region").set_by == "first_run.toml:13");
}

TEST_CASE("a model without a machine runs on a whole wafer, and its region is left to the mapper")
{
    auto const config = resolved({"run", "--model", "llama-3-8b"});
    CHECK(config.machine == "wse2");
    CHECK(config.parameters.mapping.region.columns == 0);
}

TEST_CASE("the tables' defaults are the shipped WSE-2")
{
    auto const wse2 = machine_parameters("wse2");
    for (auto const* row : all_rows()) {
        CAPTURE(row->name());
        if (row->group != "price") // a machine has its own, and the tables have none
            CHECK(row->text(wse2) == row->standard);
    }
}

TEST_CASE("a machine has the parameters of its kind, and what it has not is refused")
{
    auto const h100 = resolved({"run", "--machine", "h100", "--model", "tiny"});
    auto const has  = [](Config const& config, std::string const& group) {
        return std::any_of(config.settings.begin(), config.settings.end(),
                            [&](Setting const& setting) { return setting.group == group; });
    };
    for (auto const* group : {"machine", "gpu", "kernels", "nvlink", "workload", "run"})
        CHECK(has(h100, group));
    for (auto const* group : {"wafer", "fabric", "pe", "mapping", "sram", "plain"})
        CHECK_FALSE(has(h100, group));
    CHECK(has(resolved({"run", "--machine", "wse3", "--model", "tiny"}), "fabric"));
    CHECK_FALSE(has(resolved({"run", "--machine", "wse3", "--model", "tiny"}), "gpu"));
    CHECK(has(resolved({"run", "--machine", "lpx", "--model", "tiny"}), "sram"));

    auto const refusal = refusal_of_words({"run", "--machine", "h100", "--set", "fabric.colors=20"});
    CHECK(refusal.code == Exit::bad_config);
    CHECK_THAT(refusal.text, Contains("fabric.colors (set by --set)") && Contains("of the kind 'gpu'"));
}

TEST_CASE("the tables' defaults of a GPU are the shipped H100, those of a rack the first LPU")
{
    for (std::string const machine : {"h100", "lpu-v1", "plain-memory"}) {
        auto const parameters = machine_parameters(machine);
        for (auto const* row : all_rows()) {
            // One group says what any device takes: its defaults are an H100's.
            auto const shared      = row->group == "device_energy";
            auto const of_machines = row->group != "machine" && row->group != "workload" && row->group != "run" &&
                                     row->group != "price" && (!shared || machine == "h100");
            if (!of_machines || !applies(row->group, parameters.machine.kind))
                continue;
            CAPTURE(machine, row->name());
            CHECK(row->text(parameters) == row->standard);
        }
    }
}

TEST_CASE("a number behind a machine's name counts what it is made of")
{
    CHECK(resolved({"run", "--machine", "h100:4", "--model", "tiny"}).parameters.gpu.devices == 4);
    CHECK(resolved({"run", "--machine", "h100:auto", "--model", "tiny"}).parameters.gpu.devices == 8);
    CHECK(resolved({"run", "--machine", "lpx:64", "--model", "tiny"}).parameters.sram.chips == 64);
    CHECK(resolved({"run", "--machine", "plain-memory:2", "--model", "tiny"}).parameters.plain.devices == 2);
    CHECK(resolved({"run", "--machine", "wse3:4", "--model", "tiny"}).parameters.mapping.wafers == 4);
}

TEST_CASE("a GPU is made from another one, and keeps what it does not say")
{
    auto const folder = TemporaryFolder{};
    auto const mine   = folder.write("mine.toml", "base = \"h100\"\ndescription = \"with more memory\"\n[gpu]\n"
                                                    "memory = \"160 GB\"\nmemory_stacks = 10\n");
    auto const config = resolved({"run", "--machine", mine, "--model", "tiny"});
    CHECK(kind_name(config.parameters.machine.kind) == "gpu");
    CHECK(config.parameters.gpu.memory == Bytes{160e9});
    CHECK(config.parameters.gpu.sms == 132);
    CHECK_THAT(setting_of(config, "gpu.sms").set_by, StartsWith("machines/h100.toml:"));
    CHECK(setting_of(config, "gpu.memory").set_by == mine + ":4");
    auto const again = resolve_text(config.toml(), "first.h5");
    CHECK(again.parameters.gpu.memory == Bytes{160e9});
    CHECK(again.settings.size() == config.settings.size());
}

TEST_CASE("the shipped WSE-3 differs where silicon does")
{
    auto const wse3 = machine_parameters("wse3");
    CHECK(wse3.wafer.columns == 762);
    CHECK(wse3.wafer.rows == 1176);
    CHECK(wse3.fabric.hop_latency == FabricCycles{2});
    CHECK(wse3.fabric.link_serialisation == FabricEighths{9});
    CHECK(wse3.pe.vector_setup == FabricCycles{16});
    CHECK(wse3.pe.task_activation == FabricCycles{3});
    CHECK(wse3.pe.mac_rate_fp16.hundredths == 292);
}

TEST_CASE("every value of a shipped machine says where it comes from")
{
    REQUIRE(shipped_machines().size() >= 3);
    for (auto const& machine : shipped_machines()) {
        auto const config = resolved({"run", "--machine", machine, "--model", "tiny"});
        for (auto const& setting : config.settings) {
            if (setting.group == "workload" || setting.group == "mapping" || setting.group == "run" ||
                setting.group == "engine" || setting.group == "price" ||
                (setting.group == "machine" && setting.text == "wafer")) // the default
                continue;
            CAPTURE(machine, setting.group, setting.key);
            CHECK_THAT(setting.set_by, StartsWith("machines/"));
            CHECK(setting.origin != Origin::choice);
            CHECK(setting.citation.size() > 10);
        }
    }
}

TEST_CASE("a machine wins over the default, a file over the machine, the command line over the file")
{
    auto const folder = TemporaryFolder{};
    auto const first  = folder.write("first.toml", "[fabric]\nhop_latency = \"3 cycles\"\nramp_latency = \"3 cycles\"\n"
                                                    "colors = 20\n");
    auto const second = folder.write("second.toml", "[fabric]\nramp_latency = \"4 cycles\"\ncolors = 21\n");
    auto const config =
        resolved({"run", "--config", first, "--machine", "wse3", "--config", second, "--set", "fabric.colors=22"});
    CHECK(config.parameters.fabric.link_serialisation == FabricEighths{9});
    CHECK(config.parameters.fabric.hop_latency == FabricCycles{3});
    CHECK(config.parameters.fabric.ramp_latency == FabricCycles{4});
    CHECK(config.parameters.fabric.colors == 22);

    CHECK(setting_of(config, "run.seed").set_by == "default");
    CHECK_THAT(setting_of(config, "fabric.link_serialisation").set_by, StartsWith("machines/wse3.toml:"));
    CHECK(setting_of(config, "fabric.hop_latency").set_by == first + ":2");
    CHECK(setting_of(config, "fabric.hop_latency").origin == Origin::choice);
    CHECK(setting_of(config, "fabric.hop_latency").citation == first);
    CHECK(setting_of(config, "fabric.ramp_latency").set_by == second + ":2");
    CHECK(setting_of(config, "fabric.colors").set_by == "--set");
    CHECK(setting_of(config, "fabric.colors").origin == Origin::choice);
}

TEST_CASE("an option of its own is --set under another name, and the later one wins")
{
    auto const config = resolved(
        {"run", "--model", "tiny", "--context", "100", "--set", "workload.context=200", "--trace", "--groups", "4"});
    CHECK(config.parameters.workload.context == 200);
    CHECK(config.parameters.run.trace);
    CHECK(config.parameters.mapping.groups == 4);
    CHECK(setting_of(config, "run.trace").set_by == "--trace");
}

TEST_CASE("a setting carries its text, number, unit and help")
{
    auto const setting = setting_of(resolved({"run", "--machine", "wse3"}), "fabric.link_serialisation");
    CHECK(setting.text == "1.125 cycles");
    CHECK(setting.number == 1.125);
    CHECK(setting.units == "cycle");
    CHECK_FALSE(setting.description.empty());
    CHECK(setting.origin == Origin::published);
    CHECK_THAT(setting.citation, Contains("measured on a CS-3"));
}

TEST_CASE("every file that went in is named with the hash of its content")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder.write("x.toml", "abc = 1");
    CHECK(refusal_of_words({"run", "--config", file}).code == Exit::bad_config);
    auto const good    = folder.write("x.toml", "");
    auto const sources = resolved({"run", "--machine", "small", "--config", good}).sources;
    REQUIRE(sources.size() == 3);
    CHECK(sources[0].name == "machines/wse2.toml");
    CHECK(sources[1].name == "machines/small.toml");
    CHECK(sources[2].name == good);
    CHECK(sources[2].sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a machine file inherits from its base, by name or by a path relative to itself")
{
    auto const folder = TemporaryFolder{};
    std::filesystem::create_directory(folder.path() / "parts");
    folder.write("parts/mine.toml", "base = \"wse3\"\n[wafer]\nrows = 40\ncolumns = 50\nclock = \"2 GHz\"\n");
    auto const chip   = folder.write("chip.toml", "base = \"parts/mine.toml\"\n[wafer]\nrows = 60\n");
    auto const config = resolved({"run", "--machine", chip});
    CHECK(config.parameters.wafer.rows == 60);
    CHECK(config.parameters.wafer.columns == 50);
    CHECK(config.parameters.wafer.clock == Hertz{2e9});
    CHECK(config.parameters.fabric.hop_latency == FabricCycles{2});
    CHECK(config.machine == chip);
}

TEST_CASE("the base of a file is the machine, unless the command line names one")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder.write("x.toml", "base = \"wse3\"\n");
    CHECK(resolved({"run", "--config", file}).parameters.wafer.rows == 1176);
    CHECK(resolved({"run", "--config", file, "--machine", "wse2"}).parameters.wafer.rows == 994);
}

TEST_CASE("a base that is unknown, missing or goes in circles is a mistake of the file that names it")
{
    auto const folder = TemporaryFolder{};
    auto const typo   = folder.write("typo.toml", "base = \"wse9\"\n[wafer]\nrowz = 1\n");
    CHECK_THAT(refusal_of_words({"run", "--machine", typo}).text,
               Contains("typo.toml:1:8: error: base: machine 'wse9': not known") && Contains("wafer.rowz"));
    CHECK_THAT(refusal_of_words({"run", "--config", typo}).text,
               Contains("base: machine 'wse9'") && Contains("wafer.rowz"));
    auto const gone = folder.write("gone.toml", "base = \"none.toml\"\n");
    CHECK(refusal_of_words({"run", "--machine", gone}).code == Exit::bad_config);
    auto const a = folder.write("a.toml", "base = \"b.toml\"\n");
    folder.write("b.toml", "base = \"./a.toml\"\n");
    CHECK_THAT(refusal_of_words({"run", "--machine", a}).text, Contains("is based on itself"));
    CHECK_THAT(refusal_of_words({"run", "--config", a}).text, Contains("is based on itself"));
}

TEST_CASE("a path in a file is relative to the file, a shipped name is not")
{
    auto const folder = TemporaryFolder{};
    auto const path   = folder.write("x.toml", "[workload]\nmodel = \"models/mine.json\"\n");
    CHECK(resolved({"run", "--config", path}).parameters.workload.model == folder / "models/mine.json");
    auto const name = folder.write("y.toml", "[workload]\nmodel = \"qwen3-8b\"\n");
    CHECK(resolved({"run", "--config", name}).parameters.workload.model == "qwen3-8b");
    CHECK(resolved({"run", "--model", "models/mine.json"}).parameters.workload.model == "models/mine.json");
}

TEST_CASE("a bad value on the command line is a usage error that names the option")
{
    auto const refusal =
        refusal_of_words({"run", "--set", "fabric.hop_latency=2", "--set", "fabric.colrs=1", "--region", "10"});
    CHECK_THAT(refusal_of_words({"run", "--region", "10x0"}).text, Contains("has no PE: '10x0'"));
    CHECK(refusal.code == Exit::usage);
    CHECK_THAT(refusal.text, Contains("--set fabric.hop_latency: missing unit") &&
                                 Contains("--set fabric.colrs: unknown key; did you mean 'fabric.colors'?") &&
                                 Contains("--region (mapping.region): '10' is not columns x rows"));
}

TEST_CASE("an unknown machine is refused with the nearest")
{
    auto const refusal = refusal_of_words({"run", "--machine", "wse4"});
    CHECK(refusal.code == Exit::no_input);
    CHECK_THAT(refusal.text, Contains("machine 'wse4': not known; did you mean 'wse"));
}

TEST_CASE("values that do not go together are refused, with who set them")
{
    auto const text = [](Words words) {
        words.insert(words.begin(), {"run", "--machine", "wse2"});
        auto const refusal = refusal_of_words(words);
        CHECK(refusal.code == Exit::bad_config);
        return refusal.text;
    };
    CHECK_THAT(text({"--region", "800x800"}), Contains("mapping.region = 800x800 (set by --region) is larger") &&
                                                  Contains("set by machines/wse2.toml:") &&
                                                  Contains("at most 750x994"));
    CHECK_THAT(text({"--set", "pe.sram=4 KiB"}), Contains("leaves nothing of pe.sram = 4 KiB (set by --set)"));
    CHECK_THAT(text({"--set", "wafer.reticle_rows=1000"}), Contains("reticles without a PE"));
    CHECK_THAT(text({"--set", "wafer.columns=11"}), Contains("reticles without a PE"));
    CHECK_THAT(text({"--set", "energy.system_power=10 kW"}),
               Contains("energy.system_power = 10 kW (set by --set)") && Contains("energy.chip_power = 15 kW"));
    CHECK_THAT(text({"--set", "run.quantum=2"}), Contains("run.quantum = 2") && Contains("Choose at most 1"));
    CHECK(resolved({"run", "--machine", "wse2", "--set", "run.quantum=3", "--set", "scribe.extra_latency=2 cycles"})
              .parameters.run.quantum == 3);
}

TEST_CASE("validate takes a file as if it were a configuration")
{
    auto const folder = TemporaryFolder{};
    auto const good   = folder.write("good.toml", "[fabric]\ncolors = 20\n");
    CHECK(resolved({"validate", good}).parameters.fabric.colors == 20);
    CHECK(resolved({"validate", good}).machine == "wse2");
    auto const bad = folder.write("bad.toml", "[fabric]\ncolors = 99\n");
    CHECK(refusal_of_words({"validate", bad}).code == Exit::bad_config);
    CHECK(refusal_of_words({"validate", folder / "none.toml"}).code == Exit::no_input);
    for (auto const& machine : shipped_machines())
        CHECK_NOTHROW(resolved({"validate", machine_file(machine)}));
}

TEST_CASE("a configuration written down reads back as itself, to the letter")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder.write("quo\"te.toml", "[workload]\nmodel = \"a\\\\b\\\"c\"\n");
    for (auto const& words : {Words{"run"}, Words{"run", "--machine", "wse3", "--config", file},
                              Words{"run", "--model", "odd\xff\nname", "--set", "run.seed=18446744073709551615"}}) {
        auto const once  = resolved(words);
        auto const again = resolve_text(once.toml(), "first.h5");
        CHECK(again.machine == once.machine);
        CHECK(again.sources.size() == once.sources.size());
        CHECK(again.parameters.run.seed == once.parameters.run.seed);
        REQUIRE(again.settings.size() == once.settings.size());
        for (std::size_t i = 0; i < once.settings.size(); ++i) {
            CAPTURE(once.settings[i].group, once.settings[i].key);
            CHECK(again.settings[i].origin == once.settings[i].origin);
            CHECK(again.settings[i].set_by == once.settings[i].set_by);
            CHECK(again.settings[i].citation == once.settings[i].citation);
        }
        CHECK(again.toml() == once.toml());
    }
}

TEST_CASE("what is said beside --from goes on top of the earlier run")
{
    auto const earlier = resolved({"run", "--machine", "wse3", "--model", "qwen3-8b", "--context", "100"}).toml();
    auto const config  = resolve(tests::run_line(Words{"run", "--from", "a.h5", "--context", "200"}), earlier, "a.h5");
    CHECK(config.machine == "wse3");
    CHECK(config.parameters.workload.model == "qwen3-8b");
    CHECK(config.parameters.workload.context == 200);
    CHECK(config.parameters.wafer.rows == 1176);
    CHECK(setting_of(config, "workload.model").set_by == "--model");
    CHECK_THAT(setting_of(config, "wafer.rows").set_by, StartsWith("machines/wse3.toml:"));
    auto const other = resolve(tests::run_line(Words{"run", "--from", "a.h5", "--machine", "wse2"}), earlier, "a.h5");
    CHECK(other.parameters.wafer.rows == 994);
    CHECK(other.parameters.workload.context == 100);
}

TEST_CASE("a share folder named by the environment comes first")
{
    auto const folder = TemporaryFolder{};
    std::filesystem::create_directories(folder.path() / "configs" / "machines");
    folder.write("configs/machines/mine.toml", "description = \"made here\"\nbase = \"wse2\"\n[wafer]\nrows = 77\n");
    REQUIRE(setenv("SCRIBELINE_SHARE", folder.path().c_str(), 1) == 0);
    auto const machines = shipped_machines();
    CHECK(std::find(machines.begin(), machines.end(), "mine") != machines.end());
    CHECK(std::find(machines.begin(), machines.end(), "wse2") != machines.end());
    CHECK(machine_parameters("mine").wafer.rows == 77);
    CHECK(machine_description("mine") == "made here");
    unsetenv("SCRIBELINE_SHARE");
    CHECK_FALSE(find_shared("configs/machines/mine.toml"));
}
