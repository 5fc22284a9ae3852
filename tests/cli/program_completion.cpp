// Completion in a real bash, and a manual page that names each command and option of the help.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include "models/program/commands.hpp"

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>

using Catch::Matchers::Contains;
using scribeline::program::commands;
using scribeline::tests::run_program;
using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

// What bash offers after these words, the last of which is being typed.
std::vector<std::string> offered(TemporaryFolder const& folder, std::vector<std::string> const& words)
{
    auto script = "source " + (folder / "completion") + "\nCOMP_WORDS=(";
    for (auto const& word : words)
        script += "'" + word + "' ";
    script +=
        ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) + "\n_scribeline\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    auto const run = run_program({"bash", "-c", script});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    REQUIRE(run.err.empty());
    auto lines = std::istringstream{run.out};
    auto found = std::vector<std::string>{};
    for (std::string line; std::getline(lines, line);)
        found.push_back(line);
    return found;
}

bool has(std::vector<std::string> const& words, std::string const& word)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

TEST_CASE("bash completes commands, options and choices")
{
    auto const folder = TemporaryFolder{};
    auto const script = run_scribeline({"completion", "bash"});
    REQUIRE(script.exit_code == 0);
    folder.write("completion", script.out);

    using Words = std::vector<std::string>;
    CHECK(offered(folder, {"scribeline", "exp"}) == Words{"explain", "export"});
    CHECK(offered(folder, {"scribeline", "export", "per"}) == Words{"perfetto"});
    CHECK(offered(folder, {"scribeline", "list", "m"}) == Words{"machines", "models", "metrics"});
    CHECK(offered(folder, {"scribeline", "show", "x.h5", "--format", "j"}) == Words{"json"});
    CHECK(offered(folder, {"scribeline", "run", "--mach"}) == Words{"--machine"});
    CHECK(offered(folder, {"scribeline", "version", "--mach"}) == Words{""});
    for (auto const& command : commands()) {
        auto const options = offered(folder, {"scribeline", command.name, "--"});
        for (auto const& option : command.options) {
            CAPTURE(command.name, option.name);
            CHECK(has(options, "--" + option.name));
        }
    }
}

TEST_CASE("bash offers keys, groups, machines, models and sweeps where one of them is wanted, and files where not")
{
    auto const folder = TemporaryFolder{};
    folder.write("completion", run_scribeline({"completion", "bash"}).out);
    auto const program = std::string{SCRIBELINE_PROGRAM};
    auto const offers  = [&](std::vector<std::string> words) {
        words.insert(words.begin(), program);
        return offered(folder, words);
    };
    CHECK(has(offers({"run", "--set", "fabric.hop"}), "fabric.hop_latency="));
    CHECK(has(offers({"explain", "scribe.ex"}), "scribe.extra_latency"));
    CHECK(has(offers({"explain", "wse"}), "wse3"));
    CHECK(has(offers({"explain", "qwen3-8"}), "qwen3-8b"));
    CHECK(has(offers({"list", "parameters", "fab"}), "fabric"));
    CHECK(has(offers({"run", "--machine", "wse"}), "wse2"));
    CHECK(has(offers({"run", "--model", "llama-3.1-8"}), "llama-3.1-8b"));
    CHECK(has(offers({"compare", "--machines", "wse3,h1"}), "wse3,h100"));
    CHECK(has(offers({"sweep", "run", "first"}), "first_sweep"));
    for (auto const* option : {"--context", "--batch", "--region"})
        CHECK(offers({"run", option, ""}) == std::vector<std::string>{""}); // no files
}

TEST_CASE("the manual page names every command and option with its value")
{
    auto const page = run_scribeline({"completion", "man"});
    REQUIRE(page.exit_code == 0);
    auto plain = page.out;
    for (std::size_t at = 0; (at = plain.find("\\-", at)) != std::string::npos;)
        plain.erase(at, 1);
    for (auto const& command : commands()) {
        CHECK_THAT(plain, Contains(".SS \"scribeline " + command.name));
        CHECK_THAT(run_scribeline({"help", command.name}).out, Contains(command.help));
        for (auto const& option : command.options)
            CHECK_THAT(plain, Contains("--" + option.name + (option.value.empty() ? "\n" : " " + option.value)));
    }
}

TEST_CASE("completion refuses a shell it does not know")
{
    auto const run = run_scribeline({"completion", "fish"});
    CHECK(run.exit_code == 64);
    CHECK_THAT(run.err, Contains("bash, man"));
    CHECK(run.out.empty());
}
