// Bad input: one clear message that names file, place, key and value, the right exit code, and no result.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

using scribeline::tests::run_scribeline;
using scribeline::tests::RunOptions;
using scribeline::tests::TemporaryFolder;

namespace {

// Every message of these tests ends the program before it makes a file; the folder shows it.
struct Refusal {
    TemporaryFolder folder;

    auto run(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), "run");
        arguments.insert(arguments.end(), {"-o", folder / "out.h5"});
        return run_scribeline(arguments);
    }
    bool left_no_result() const
    {
        auto const names = folder.names();
        return std::none_of(names.begin(), names.end(),
                            [](std::string const& name) { return name.find(".h5") != std::string::npos; });
    }
};

#define CHECK_SAYS(text) CHECK(run.err.find(text) != std::string::npos)

char const* const complete_model = R"({
  "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
  "hidden_size": 64, "intermediate_size": 160, "num_hidden_layers": 2, "num_attention_heads": 4,
  "num_key_value_heads": 2, "vocab_size": 256, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5,
  "rope_theta": 10000.0, "tie_word_embeddings": false
})";

} // namespace

TEST_CASE("a value without its unit is refused with an example of one")
{
    auto const refusal = Refusal{};
    SECTION("on the command line")
    {
        auto const run = refusal.run({"--set", "fabric.hop_latency=2"});
        INFO(run);
        CHECK(run.exit_code == 64);
        CHECK_SAYS("fabric.hop_latency");
        CHECK_SAYS("cycle");
    }
    SECTION("in a file, with its place")
    {
        auto const file = refusal.folder.write("my.toml", "[pe]\n\nsram = 48\n");
        auto const run  = refusal.run({"--config", file});
        INFO(run);
        CHECK(run.exit_code == 65);
        CHECK_SAYS("my.toml:3:");
        CHECK_SAYS("pe.sram");
        CHECK_SAYS("KiB");
        CHECK_SAYS("sram = 48\n"); // the line itself, for the caret
    }
    CHECK(refusal.left_no_result());
}

TEST_CASE("a unit of another dimension is refused")
{
    auto const refusal = Refusal{};
    auto const run     = refusal.run({"--set", "pe.sram=48 cycles"});
    INFO(run);
    CHECK(run.exit_code == 64);
    CHECK_SAYS("pe.sram");
    CHECK_SAYS("48 cycles");
    CHECK(refusal.left_no_result());
}

TEST_CASE("a value out of range is refused with the range")
{
    auto const refusal = Refusal{};
    SECTION("on the command line")
    {
        auto const run = refusal.run({"--set", "fabric.input_queue_depth=0"});
        INFO(run);
        CHECK(run.exit_code == 64);
        CHECK_SAYS("fabric.input_queue_depth");
        CHECK_SAYS("0");
        CHECK_SAYS("1");
        CHECK_SAYS("--set");
    }
    SECTION("in a file, with its place")
    {
        auto const file = refusal.folder.write("my.toml", "[fabric]\ninput_queue_depth = 0\n");
        auto const run  = refusal.run({"--config", file});
        INFO(run);
        CHECK(run.exit_code == 65);
        CHECK_SAYS("my.toml:2:");
        CHECK_SAYS("fabric.input_queue_depth");
    }
    CHECK(refusal.left_no_result());
}

TEST_CASE("a number that no integer holds is refused, not wrapped")
{
    auto const value = GENERATE("-1", "99999999999999999999999999", "1e400", "nan", "", " ", "0x10", "12abc");
    auto const run   = run_scribeline({"run", "--dry-run", "--set", "workload.context=" + std::string{value}});
    CAPTURE(value);
    INFO(run);
    CHECK(run.exit_code == 64);
    CHECK_SAYS("workload.context");
}

TEST_CASE("malformed TOML is refused with file, line and column")
{
    auto const refusal = Refusal{};
    auto const file    = refusal.folder.write("broken.toml", "[fabric]\nhop_latency = \"2 cycles\nramp_latency = 1\n");
    SECTION("by run")
    {
        auto const run = refusal.run({"--config", file});
        INFO(run);
        CHECK(run.exit_code == 65);
        CHECK_SAYS("broken.toml:2:");
    }
    SECTION("by validate")
    {
        auto const run = run_scribeline({"validate", file});
        INFO(run);
        CHECK(run.exit_code == 65);
        CHECK_SAYS("broken.toml:2:");
    }
    CHECK(refusal.left_no_result());
}

TEST_CASE("all mistakes of a file are told at once")
{
    auto const folder = TemporaryFolder{};
    auto const file =
        folder.write("my.toml", "[fabric]\nhop_latency = 2\ncolours = 24\n[pe]\nsram = \"48 KiB\"\nsram_banks = -1\n");
    auto const run = run_scribeline({"validate", file});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK_SAYS("my.toml:2:");
    CHECK_SAYS("my.toml:3:");
    CHECK_SAYS("my.toml:6:");
    CHECK(run.err.find("my.toml:5:") == std::string::npos);
}

TEST_CASE("validate accepts a correct file")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder.write("my.toml", "[fabric]\nhop_latency = \"2 cycles\"\n");
    auto const run    = run_scribeline({"validate", file});
    INFO(run);
    CHECK(run.exit_code == 0);
}

TEST_CASE("a model file that is not JSON is refused with file, line and column")
{
    auto const refusal = Refusal{};
    auto const file    = refusal.folder.write("config.json", "{\n  \"hidden_size\": 64,\n  oops\n}\n");
    auto const run     = refusal.run({"--model", file});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK_SAYS("config.json");
    CHECK_SAYS("3");
    CHECK(refusal.left_no_result());
}

TEST_CASE("a config.json without a needed field is refused with the name of the field")
{
    auto const field = std::string{
        GENERATE("hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "intermediate_size")};
    CAPTURE(field);
    auto       model = std::string{complete_model};
    auto const at    = model.find('"' + field + '"');
    REQUIRE(at != std::string::npos);
    model.insert(at + 1, "not_");

    auto const refusal = Refusal{};
    auto const file    = refusal.folder.write("config.json", model);
    auto const run     = refusal.run({"--model", file});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK_SAYS("config.json");
    CHECK_SAYS(field);
    CHECK(refusal.left_no_result());
}

TEST_CASE("a config.json may name its architecture or its type, and lack one of them but not both")
{
    auto const refusal = Refusal{};
    auto       model   = std::string{complete_model};
    model.replace(model.find("architectures"), 13, "written_by___");
    auto const file = refusal.folder.write("config.json", model);
    CHECK(refusal.run({"--model", file, "--dry-run"}).exit_code == 0);

    model.replace(model.find("model_type"), 10, "written_at");
    refusal.folder.write("config.json", model);
    auto const run = refusal.run({"--model", file, "--dry-run"});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK_SAYS("config.json");
    CHECK_SAYS("architectures");
    CHECK(refusal.left_no_result());
}

TEST_CASE("the same config.json with all fields runs")
{
    auto const refusal = Refusal{};
    auto const file    = refusal.folder.write("config.json", complete_model);
    auto const run     = refusal.run({"--machine", "small", "--model", file});
    INFO(run);
    CHECK(run.exit_code == 0);
}

TEST_CASE("an architecture that the simulator does not know is refused by name")
{
    auto const refusal = Refusal{};
    auto       model   = std::string{complete_model};
    model.replace(model.find("LlamaForCausalLM"), 16, "MambaForCausalLM");
    model.replace(model.find("\"llama\""), 7, "\"mamba\"");
    auto const file = refusal.folder.write("config.json", model);
    auto const run  = refusal.run({"--model", file});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK_SAYS("MambaForCausalLM");
    CHECK(refusal.left_no_result());
}

TEST_CASE("a file that is not there is missing input")
{
    auto const refusal = Refusal{};
    auto const option  = GENERATE("--config", "--model", "--machine", "--from");
    auto const missing =
        refusal.folder / (std::string{"nowhere"} + (option == std::string{"--model"} ? ".json" : ".toml"));
    auto const run = refusal.run({option, missing});
    CAPTURE(option);
    INFO(run);
    CHECK(run.exit_code == 66);
    CHECK_SAYS(missing);
    CHECK(refusal.left_no_result());
}

TEST_CASE("a file that is no result of ours cannot be repeated")
{
    auto const refusal = Refusal{};
    auto const file    = refusal.folder.write("old.dat", "this is not HDF5");
    auto const run     = refusal.run({"--from", file});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK_SAYS("old.dat");
    CHECK(refusal.left_no_result());
}

TEST_CASE("a region larger than the wafer is refused with both sizes")
{
    auto const refusal = Refusal{};
    auto const run     = refusal.run({"--machine", "wse2", "--region", "2000x2000"});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK_SAYS("2000x2000");
    CHECK_SAYS("750x994");
    CHECK(refusal.left_no_result());
}

TEST_CASE("a model that does not fit is an answer, with the part, the bytes missing and what would help")
{
    auto const refusal = Refusal{};
    auto const run     = refusal.run({"--machine", "wse2", "--model", "llama-3.1-405b", "--region", "64x64"});
    INFO(run);
    CHECK(run.exit_code == 1);
    // A number behind some words of the message; 0 when the words are not there.
    auto const number_after = [&](std::string const& words) {
        auto const at = run.err.find(words);
        return at == std::string::npos ? 0ul : std::strtoul(run.err.c_str() + at + words.size(), nullptr, 10);
    };
    auto const needs = number_after("PEs needs ");
    CHECK(number_after("bytes of the ") == 48 * 1024);
    CHECK(number_after("of a PE's SRAM, ") == needs - 48 * 1024);
    CHECK_SAYS("the largest part is `weights");
    CHECK(number_after("layer` with ") < needs);

    // What it says would help does.
    auto const at = run.err.find("--region ");
    REQUIRE(at != std::string::npos);
    auto const region = run.err.substr(at + 9, run.err.find(' ', at + 9) - at - 9);
    auto const helped =
        refusal.run({"--machine", "wse2", "--model", "llama-3.1-405b", "--region", region, "--dry-run"});
    INFO(helped);
    CHECK(helped.exit_code == 0);
    CHECK(refusal.left_no_result());
}

TEST_CASE("options that contradict each other or lack their value are refused")
{
    auto const arguments = GENERATE(values<std::vector<std::string>>({
        {"run", "--set"},
        {"run", "--set", "fabric.hop_latency"},
        {"run", "--region", "420"},
        {"run", "--region", "0x16"},
        {"run", "--region", "16x"},
        {"run", "--context", "many"},
        {"run", "--context", "0"},
        {"run", "surplus"},
        {"run", "-q", "-v"},
        {"validate"},
        {"explain"},
        {"list"},
    }));
    auto const run       = run_scribeline(arguments);
    CAPTURE(arguments);
    INFO(run);
    CHECK(run.exit_code == 64);
    CHECK(run.out.empty());
    CHECK_FALSE(run.err.empty());
}
