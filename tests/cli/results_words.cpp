// A mistyped word: does the program name the nearest one that it knows, and end with the right code?
#include "support/build_kind.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

using scribeline::tests::run_scribeline;
using scribeline::tests::sanitized;
using scribeline::tests::TemporaryFolder;

namespace {

auto lines_of(std::string const& text)
{
    auto lines  = std::vector<std::string>{};
    auto stream = std::istringstream{text};
    for (auto line = std::string{}; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

struct Mistake {
    std::vector<std::string> arguments;
    std::string              written;
    std::string              meant;
    int                      exit_code;
};

} // namespace

TEST_CASE("a mistyped word is answered with the nearest known one")
{
    auto const mistake = GENERATE(values<Mistake>({
        {{"runn"}, "runn", "run", 64},
        {{"lst", "machines"}, "lst", "list", 64},
        {{"run", "--machne", "wse2"}, "--machne", "--machine", 64},
        // An abbreviation would change its meaning with the next option.
        {{"run", "--form", "json"}, "--form", "--format", 64},
        {{"run", "--set", "fabric.hop_latencyy=2 cycles"}, "fabric.hop_latencyy", "fabric.hop_latency", 64},
        {{"run", "--set", "fabrik.hop_latency=2 cycles"}, "fabrik.hop_latency", "fabric.hop_latency", 64},
        {{"explain", "fabric.hop_latenci"}, "fabric.hop_latenci", "fabric.hop_latency", 64},
        {{"list", "modles"}, "modles", "models", 64},
        {{"run", "--machine", "wse22"}, "wse22", "wse2", 66},
        {{"run", "--model", "llama-3-8"}, "llama-3-8", "llama-3-8b", 66},
        {{"run", "--format", "jsn"}, "jsn", "json", 64},
        {{"run", "--set", "mapping.reduction=two_levels"}, "two_levels", "two_level", 64},
    }));
    auto const run     = run_scribeline(mistake.arguments);
    CAPTURE(mistake.arguments);
    INFO(run);
    CHECK(run.exit_code == mistake.exit_code);
    CHECK(run.out.empty());
    CHECK(run.err.find(mistake.written) != std::string::npos);
    CHECK(run.err.find("did you mean '" + mistake.meant + "'?") != std::string::npos);
}

TEST_CASE("a word that resembles nothing gets no suggestion")
{
    auto const run = run_scribeline({"run", "--model", "zzzzzzzzzzzzzzzzzzzz"});
    INFO(run);
    CHECK(run.exit_code == 66);
    CHECK(run.err.find("zzzzzzzzzzzzzzzzzzzz") != std::string::npos);
    CHECK(run.err.find("did you mean") == std::string::npos);
}

TEST_CASE("a mistyped key in a file is answered with its place and the nearest key")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder.write("my.toml", "[fabric]\nhop_latencyy = \"2 cycles\"\n");
    auto const run    = run_scribeline({"run", "--config", file});
    INFO(run);
    CHECK(run.exit_code == 65);
    CHECK(run.err.find("my.toml:2:1: error: ") != std::string::npos);
    CHECK(run.err.find("fabric.hop_latencyy") != std::string::npos);
    CHECK(run.err.find("did you mean 'fabric.hop_latency'?") != std::string::npos);
}

TEST_CASE("the program alone prints three examples")
{
    auto const run = run_scribeline({});
    INFO(run);
    CHECK(run.exit_code == 0);
    auto const lines    = lines_of(run.out);
    auto const examples = std::count_if(lines.begin(), lines.end(), [](std::string const& line) {
        return line.find("scribeline ") == line.find_first_not_of(" $");
    });
    CHECK(examples >= 3);
}

TEST_CASE("help names every command, and the help of run every option")
{
    auto const help = run_scribeline({"--help"});
    INFO(help);
    CHECK(help.exit_code == 0);
    for (auto const* word : {"run", "validate", "list", "explain", "version"}) {
        CAPTURE(word);
        CHECK(help.out.find(word) != std::string::npos);
    }
    auto const run = run_scribeline({"run", "--help"});
    INFO(run);
    CHECK(run.exit_code == 0);
    for (auto const* word :
         {"--machine", "--model", "--context", "--region", "--groups", "--output", "--from", "--config", "--set",
          "--format", "--payload", "--trace", "--dry-run", "--quiet", "--verbose", "--color"}) {
        CAPTURE(word);
        CHECK(run.out.find(word) != std::string::npos);
    }
}

TEST_CASE("lists name what is shipped")
{
    auto const machines = run_scribeline({"list", "machines"});
    CHECK(machines.exit_code == 0);
    CHECK(machines.out.find("wse2") != std::string::npos);
    CHECK(machines.out.find("wse3") != std::string::npos);

    auto const models = run_scribeline({"list", "models"});
    CHECK(models.exit_code == 0);
    for (auto const* name : {"tiny", "llama-3-8b", "llama-3.1-405b", "qwen2-72b"}) {
        CAPTURE(name);
        CHECK(models.out.find(name) != std::string::npos);
    }

    auto const parameters = run_scribeline({"list", "parameters"});
    CHECK(parameters.exit_code == 0);
    for (auto const* key : {"wafer.columns", "fabric.hop_latency", "pe.sram", "mapping.region", "run.quantum"}) {
        CAPTURE(key);
        CHECK(parameters.out.find(key) != std::string::npos);
    }
}

TEST_CASE("every parameter that is listed can be explained")
{
    auto const list = run_scribeline({"list", "parameters"});
    REQUIRE(list.exit_code == 0);
    auto const every     = sanitized ? 8 : 1; // a program starts for each
    auto       listed    = 0;
    auto       explained = 0;
    for (auto const& line : lines_of(list.out)) {
        auto const begin = line.find_first_not_of(' ');
        auto const key = begin == std::string::npos ? "" : line.substr(begin, line.find_first_of(" \t", begin) - begin);
        if (std::count(key.begin(), key.end(), '.') != 1 || key.back() == '.') {
            continue; // a heading
        }
        if (listed++ % every != 0)
            continue;
        auto const run = run_scribeline({"explain", key});
        INFO(run);
        CHECK(run.exit_code == 0);
        CHECK(run.out.find(key) != std::string::npos);
        CHECK(run.err.empty());
        ++explained;
    }
    CHECK(explained > 160 / every);
}

TEST_CASE("explain gives meaning, default, unit, origin and source")
{
    auto const run = run_scribeline({"explain", "fabric.hop_latency"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("fabric.hop_latency") != std::string::npos);
    CHECK(run.out.find("1 cycle") != std::string::npos);
    CHECK(run.out.find("default") != std::string::npos);
    auto const has_origin =
        run.out.find("datasheet") != std::string::npos || run.out.find("published") != std::string::npos ||
        run.out.find("derived") != std::string::npos || run.out.find("assumed") != std::string::npos;
    CHECK(has_origin);
}
