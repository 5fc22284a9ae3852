// A run as a person sees it: what stands on which stream, in which format, and that it can be repeated.
#include "support/build_kind.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

using scribeline::tests::run_program;
using scribeline::tests::run_scribeline;
using scribeline::tests::RunOptions;
using scribeline::tests::RunResult;
using scribeline::tests::sanitized;
using scribeline::tests::TemporaryFolder;

namespace {

using Json = nlohmann::json;

Json json_of(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "run");
    arguments.insert(arguments.end(), {"--format", "json"});
    auto const run = run_scribeline(arguments);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return Json::parse(run.out);
}

auto last_lines(std::string const& text, std::size_t count)
{
    auto lines  = std::vector<std::string>{};
    auto stream = std::istringstream{text};
    for (auto line = std::string{}; std::getline(stream, line);) {
        if (line.find_first_not_of(" \t") != std::string::npos) {
            lines.push_back(line);
        }
    }
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(std::min(count, lines.size())));
    return lines;
}

// The commands that the last two lines give, from the word scribeline on.
auto next_commands(RunResult const& run)
{
    auto commands = std::vector<std::string>{};
    for (auto const& line : last_lines(run.out, 2)) {
        if (auto const at = line.find("scribeline "); at != std::string::npos) {
            commands.push_back(line.substr(at));
        }
    }
    return commands;
}

} // namespace

TEST_CASE("run without arguments works and ends with two commands to try")
{
    auto const folder = TemporaryFolder{};
    auto       here   = RunOptions{};
    here.folder       = folder.path().string();
    auto const run    = run_scribeline({"run"}, here);
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("cycles") != std::string::npos);
    CHECK(run.out.find("token") != std::string::npos);
    CHECK(run.out.find("wavelet") != std::string::npos); // the fidelity
    CHECK(next_commands(run).size() == 2);
}

TEST_CASE("the two commands that a run ends with work")
{
    if (sanitized) {
        WARN("SKIPPED: left out with the sanitizers: the commands may run a whole region");
        return;
    }
    auto const folder = TemporaryFolder{};
    auto       here   = RunOptions{};
    here.folder       = folder.path().string();
    here.environment  = {
         {"PATH", std::filesystem::path{SCRIBELINE_PROGRAM}.parent_path().string() + ":" + std::getenv("PATH")}};
    auto const first = run_scribeline({"run"}, here);
    REQUIRE(next_commands(first).size() == 2);
    for (auto const& command : next_commands(first)) {
        auto const next = run_program({"sh", "-c", command}, here);
        INFO(command << "\n" << next);
        CHECK(next.exit_code == 0);
    }
}

TEST_CASE("without a terminal nothing is coloured and no progress is drawn")
{
    for (auto const* format : {"table", "json", "csv"}) {
        auto const run = run_scribeline({"run", "--format", format});
        INFO(run);
        CHECK(run.exit_code == 0);
        CHECK_FALSE(run.says("\x1b"));
        CHECK_FALSE(run.says("\r"));
    }
}

TEST_CASE("colour can be had where there is no terminal, and in no other format than the table")
{
    auto const colored = run_scribeline({"run", "--color", "always"});
    auto const plain   = run_scribeline({"run", "--color", "never"});
    INFO(colored);
    CHECK(colored.out.find("\x1b[1mtiny on small") != std::string::npos);
    CHECK(plain.out.find("\x1b") == std::string::npos);
    for (auto const* format : {"json", "csv"}) {
        CHECK_FALSE(run_scribeline({"run", "--color", "always", "--format", format}).says("\x1b"));
    }
    auto const error = run_scribeline({"run", "--color", "always", "--model", "nope"});
    CHECK(error.err.find("\x1b[1;31merror:\x1b[0m") != std::string::npos);
}

TEST_CASE("standard output carries the result alone")
{
    auto const quiet = run_scribeline({"run", "-q", "--format", "json"});
    CHECK(quiet.exit_code == 0);
    CHECK(quiet.err.empty());
    auto const verbose = run_scribeline({"run", "-v", "--format", "json"});
    INFO(verbose);
    CHECK(verbose.exit_code == 0);
    CHECK(verbose.err.find("machines/small.toml") != std::string::npos);
    CHECK(verbose.err.find("wavelet-hops/s") != std::string::npos);
    CHECK(Json::parse(verbose.out)["state_hash"] == Json::parse(quiet.out)["state_hash"]);
}

TEST_CASE("a run as JSON has its keys, and its numbers agree with one another")
{
    auto const json = json_of({});
    INFO(json.dump(2));
    for (auto const* key : {"schema_version", "machine", "model", "fidelity", "state_hash"}) {
        CAPTURE(key);
        REQUIRE(json.contains(key));
        CHECK_FALSE(json[key].is_structured());
    }
    CHECK(json["machine"] == "small");
    CHECK(json["model"] == "tiny");
    CHECK(json["fidelity"] == "wavelet");
    CHECK(json["books"]["balanced"] == true);

    auto const& summary          = json["summary"];
    auto const  cycles_per_layer = summary.at("cycles_per_layer").get<std::uint64_t>();
    auto const  layers           = summary.at("layers").get<std::uint64_t>();
    auto const  microseconds     = summary.at("time_per_output_token_us").get<double>();
    CHECK(cycles_per_layer > 0);
    CHECK(layers == 2);
    CHECK(summary.at("tokens_per_second_per_user").get<double>() == Approx(1e6 / microseconds));

    auto next_start = std::uint64_t{0};
    for (auto const& op : json.at("operators")) {
        INFO(op.dump());
        auto const cycles = op.at("cycles").get<std::uint64_t>();
        CHECK(op.at("start").get<std::uint64_t>() == next_start);
        CHECK(op.at("end").get<std::uint64_t>() == next_start + cycles);
        next_start += cycles;
        auto parts = std::uint64_t{0};
        for (auto const& part : op.at("parts").items()) {
            parts += part.value().get<std::uint64_t>();
        }
        CHECK(parts == cycles);
    }
    CHECK(next_start == cycles_per_layer);
}

TEST_CASE("a run as CSV has a heading and a row for each operator")
{
    auto const run = run_scribeline({"run", "--format", "csv"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const operators = json_of({})["operators"].size();
    auto const rows      = last_lines(run.out, 1000);
    CHECK(rows.size() == operators + 1);
    auto const commas = [](std::string const& row) {
        auto quoted = false;
        return std::count_if(row.begin(), row.end(), [&](char c) {
            quoted = quoted != (c == '"');
            return c == ',' && !quoted;
        });
    };
    for (auto const& row : rows) {
        CHECK(commas(row) == commas(rows.front()));
    }
}

TEST_CASE("a result file repeats its run with the same state hash")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "first.h5";
    auto const first  = json_of({"--context", "48", "--region", "12x12", "--set", "run.seed=7", "-o", file});
    auto const second = json_of({"--from", file});
    CHECK(second["state_hash"] == first["state_hash"]);
    CHECK(second["summary"]["cycles_per_layer"] == first["summary"]["cycles_per_layer"]);

    SECTION("and what the command line sets stands above the file")
    {
        auto const changed = json_of({"--from", file, "--context", "96"});
        CHECK(changed["state_hash"] != first["state_hash"]);
    }
    SECTION("also when its machine was changed by a file that is gone")
    {
        auto const config = folder.write("my.toml", "base = \"small\"\n[fabric]\nhop_latency = \"3 cycles\"\n");
        auto const custom =
            json_of({"--config", config, "--context", "48", "--region", "12x12", "-o", folder / "custom.h5"});
        std::filesystem::remove(config);
        CHECK(json_of({"--from", folder / "custom.h5"})["state_hash"] == custom["state_hash"]);
        CHECK(custom["summary"]["cycles_per_layer"] > first["summary"]["cycles_per_layer"]);
    }
}

TEST_CASE("a file of parameters stands between the machine and the command line")
{
    auto const folder = TemporaryFolder{};
    auto const config = folder.write("my.toml", "base = \"small\"\n[fabric]\nhop_latency = \"3 cycles\"\n"
                                                "[workload]\nmodel = \"tiny\"\ncontext = 32\n");
    auto const as_set =
        json_of({"--machine", "small", "--model", "tiny", "--context", "32", "--set", "fabric.hop_latency=3 cycles"});
    CHECK(json_of({"--config", config})["state_hash"] == as_set["state_hash"]);
    CHECK(json_of({"--config", config, "--context", "48"})["state_hash"] != as_set["state_hash"]);
    auto const later = folder.write("later.toml", "[workload]\ncontext = 48\n");
    CHECK(json_of({"--config", config, "--config", later})["state_hash"] ==
          json_of({"--config", config, "--context", "48"})["state_hash"]);
}

TEST_CASE("tracing does not change the answer")
{
    auto const folder   = TemporaryFolder{};
    auto const plain    = json_of({});
    auto const traced   = json_of({"--trace", "-o", folder / "traced.h5"});
    auto const untraced = json_of({"-o", folder / "untraced.h5"});
    CHECK(traced["state_hash"] == plain["state_hash"]);
    CHECK(untraced["state_hash"] == plain["state_hash"]);
    CHECK(traced["operators"] == plain["operators"]);
    CHECK(std::filesystem::file_size(folder / "traced.h5") > std::filesystem::file_size(folder / "untraced.h5"));
}

TEST_CASE("neither quantum nor visiting order nor payload changes the answer")
{
    auto const plain   = json_of({});
    auto const setting = GENERATE("run.quantum=1", "run.visiting=reverse", "run.windows=3");
    CAPTURE(setting);
    auto const changed = json_of({"--set", setting});
    CHECK(changed["state_hash"] == plain["state_hash"]);
    CHECK(json_of({"--payload"})["summary"]["cycles_per_layer"] == plain["summary"]["cycles_per_layer"]);
}

TEST_CASE("a dry run checks everything and runs nothing")
{
    auto const folder = TemporaryFolder{};
    auto const run    = run_scribeline({"run", "--dry-run", "-o", folder / "out.h5"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(folder.names().empty());
    CHECK(run_scribeline({"run", "--dry-run", "--region", "2000x2000"}).exit_code == 65);
}

TEST_CASE("the program works from any folder and without a locale or a home")
{
    auto here        = RunOptions{};
    here.folder      = "/";
    here.environment = {{"LC_ALL", "xx_XX.UTF-8"}, {"LANG", "de_DE.UTF-8"}, {"HOME", "/nonexistent"}};
    auto const run   = run_scribeline({"run", "--format", "json"}, here);
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(Json::parse(run.out)["books"]["balanced"] == true);
}

TEST_CASE("the version is one line with the program's name")
{
    auto const run = run_scribeline({"version"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out.rfind("scribeline ", 0) == 0);
}

TEST_CASE("a prompt gives the time to the first token, and raises the context of a file but not one that was typed")
{
    auto const longer = json_of({"--machine", "wse2", "--model", "tiny", "--region", "24x24", "--prompt", "300"});
    CHECK(longer["summary"]["prompt_tokens"] == 300);
    CHECK(longer["summary"]["time_to_first_token_us"].get<double>() >
          longer["summary"]["time_per_output_token_us"].get<double>());
    CHECK(json_of({"--prompt", "300"})["summary"]["prompt_tokens"] == 300); // the first run's file has a short context
    auto const contrary = run_scribeline({"run", "--prompt", "512", "--context", "100"});
    CHECK(contrary.exit_code == 65);
    CHECK(contrary.says("workload.prompt = 512"));
    CHECK(contrary.says("workload.context = 100 (set by --context)"));
    CHECK(run_scribeline({"run", "--prompt", "-1"}).exit_code == 64);
    auto const dry = run_scribeline(
        {"run", "--machine", "wse2", "--model", "tiny", "--region", "16x1", "--prompt", "64", "--dry-run"});
    CHECK(dry.exit_code == 65);
    CHECK(dry.says("at least 2x2"));
}
