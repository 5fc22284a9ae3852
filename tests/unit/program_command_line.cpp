// What is typed, and what is said about what cannot be.
#include "configs/failure.hpp"
#include "configs/schema/command_line.hpp"
#include "models/program/commands.hpp"
#include "models/program/list_command.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>
#include <utility>

using namespace scribeline::configs;
using Catch::Matchers::Contains;

namespace {

using Words = std::vector<std::string>;

CommandLine read(Words const& words) { return read_command_line(words, scribeline::program::commands()); }
std::string help(std::string const& topic) { return help(topic, scribeline::program::commands()); }

std::string usage_error(Words const& words)
{
    try {
        read(words);
    } catch (UserError const& error) {
        CHECK(error.code() == Exit::usage);
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("the main job's command line is read")
{
    auto const line = read(Words{"run", "--machine", "wse2", "--model", "llama-3-8b", "--context=4096", "--region",
                                 "420x420", "--set", "workload.kv_heads=full", "--payload", "-o", "first.h5",
                                 "--format", "json", "-q", "--dry-run", "--color", "never"});
    CHECK(line.command == "run");
    CHECK(line.machine == "wse2");
    CHECK(line.output == "first.h5");
    CHECK(line.format == OutputFormat::json);
    CHECK(line.verbosity == -1);
    CHECK(line.dry_run);
    CHECK(line.color == Color::never);
    REQUIRE(line.overrides.size() == 5);
    CHECK(line.overrides[0].name == "workload.model");
    CHECK(line.overrides[1].text == "4096");
    CHECK(line.overrides[2].option == "--region");
    CHECK(line.overrides[3].name == "workload.kv_heads");
    CHECK(line.overrides[3].text == "full");
    CHECK(line.overrides[4].name == "run.payload");
    CHECK(line.overrides[4].text == "true");
}

TEST_CASE("options may stand before the command, and files repeat in order")
{
    auto const line = read(Words{"--config", "a.toml", "run", "--config", "b.toml", "--from", "x.h5"});
    CHECK(line.command == "run");
    CHECK(line.configs == Words{"a.toml", "b.toml"});
    CHECK(line.from == "x.h5");
    CHECK(line.arguments.empty());
}

TEST_CASE("arguments of a command are kept, help and version are understood")
{
    CHECK(read(Words{}).command.empty());
    CHECK(read(Words{"explain", "fabric.colors"}).arguments == Words{"fabric.colors"});
    CHECK(read(Words{"--version"}).command == "version");
    CHECK(read(Words{"--help"}).help);
    CHECK(read(Words{"run", "-h"}).help);
    CHECK(read(Words{"validate", "-h"}).help);
    CHECK(read(Words{"list", "machines"}).arguments == Words{"machines"});
}

TEST_CASE("the words typed are kept so that a shell reads them back")
{
    CHECK(read(Words{"run", "--set", "fabric.hop_latency=2 cycles"}).text ==
          "scribeline run --set 'fabric.hop_latency=2 cycles'");
    CHECK(read(Words{"run", "--model", "it's"}).text == "scribeline run --model 'it'\\''s'");
}

TEST_CASE("an unknown option or command suggests the nearest")
{
    CHECK_THAT(usage_error({"run", "--modle", "x"}), Contains("'--modle'") && Contains("did you mean '--model'"));
    CHECK_THAT(usage_error({"rnu"}), Contains("'rnu'") && Contains("did you mean 'run'"));
    CHECK_THAT(usage_error({"--frobnicate"}), Contains("unknown option '--frobnicate'"));
}

TEST_CASE("no option may be abbreviated, and none of another command is taken")
{
    CHECK_THAT(usage_error({"run", "--form", "json"}), Contains("unknown option '--form'"));
    CHECK_THAT(usage_error({"list", "machines", "--region", "4x4"}), Contains("unknown option '--region'"));
}

TEST_CASE("missing, empty, double and superfluous words are refused")
{
    CHECK_THAT(usage_error({"run", "--model"}), Contains("--model") && Contains("missing"));
    CHECK_THAT(usage_error({"run", "--machine="}), Contains("--machine"));
    CHECK_THAT(usage_error({"run", "--machine", ""}), Contains("--machine"));
    CHECK_THAT(usage_error({"run", "--context", "1", "--context", "2"}), Contains("--context is given twice"));
    CHECK_THAT(usage_error({"run", "faster"}), Contains("'faster' is one argument too many"));
    CHECK_THAT(usage_error({"validate"}), Contains("needs FILE"));
    CHECK_THAT(usage_error({"explain"}), Contains("needs WORD|FILE.h5"));
    CHECK_THAT(usage_error({"run", "--set", "hop"}), Contains("GROUP.KEY=VALUE"));
    CHECK_THAT(usage_error({"run", "--set", "=2"}), Contains("GROUP.KEY=VALUE"));
    CHECK_THAT(usage_error({"run", "--format", "jsno"}), Contains("did you mean 'json'"));
    CHECK_THAT(usage_error({"run", "--payload=maybe"}), Contains("--payload"));
    CHECK_THAT(usage_error({"-q"}), Contains("no command"));
}

TEST_CASE("the help of each command names its options, and the examples name commands")
{
    CHECK_THAT(help("run"), Contains("--machine") && Contains("--set") && Contains("--from"));
    CHECK_THAT(help("explain"), Contains("WORD|FILE.h5") && !Contains("--machine"));
    for (auto const& command : scribeline::program::commands())
        CHECK_THAT(help(""), Contains("  " + command.name + " "));
    CHECK_THROWS_AS(help("frobnicate"), UserError);
    CHECK_THAT(examples(), Contains("scribeline run") && Contains("explain"));
}

TEST_CASE("every command has a name of its own, something to do, and options that differ")
{
    auto names = Words{};
    for (auto const& command : scribeline::program::commands()) {
        CAPTURE(command.name);
        CHECK(std::count(names.begin(), names.end(), command.name) == 0);
        names.push_back(command.name);
        CHECK(command.answer != nullptr);
        CHECK(command.least <= command.most);
        auto options = Words{"color", "quiet", "verbose", "help"}; // those of every command
        for (auto const& option : command.options) {
            CAPTURE(option.name);
            CHECK(std::count(options.begin(), options.end(), option.name) == 0);
            options.push_back(option.name);
            CHECK_FALSE(option.help.empty());
        }
    }
}

TEST_CASE("an option before the command has a value where that command gives it one")
{
    CHECK(read(Words{"--trace", "a.jsonl", "serve"}).command == "serve");
    CHECK(read(Words{"--trace", "compare"}).command == "compare");
    CHECK(read(Words{"--machine", "serve", "run"}).command == "run");
    CHECK(read(Words{"-q", "--model", "run", "serve", "--trace=compare"}).command == "serve");
}

TEST_CASE("what the parameters do not take stays with the command whose option it is")
{
    using Own = std::vector<std::pair<std::string, std::string>>;
    CHECK(read(Words{"compare", "--machines", "wse3,h100", "--context", "64,128", "--batch", "2"}).options ==
          Own{{"machines", "wse3,h100"}, {"context", "64,128"}});
    CHECK(read(Words{"yield", "--wafers", "10", "--context", "64"}).options == Own{{"wafers", "10"}});
    auto const sweep = read(Words{"sweep", "run", "a", "-o", "there", "-j", "2", "--sbatch=-a", "--sbatch=-b"});
    CHECK(sweep.options == Own{{"output", "there"}, {"jobs", "2"}, {"sbatch", "-a"}, {"sbatch", "-b"}});
    CHECK(sweep.output == "there");
}

TEST_CASE("a list that does not exist is refused with the nearest one")
{
    auto const refused = [](Words const& words) {
        auto out = std::ostringstream{};
        try {
            scribeline::program::list_command(read(words), out);
        } catch (UserError const& error) {
            CHECK(error.code() == Exit::usage);
            CHECK(out.str().empty());
            return std::string{error.what()};
        }
        return std::string{"no error"};
    };
    CHECK_THAT(refused({"list", "machnes"}), Contains("did you mean 'machines'"));
    CHECK_THAT(refused({"list", "models", "wafer"}), Contains("'wafer' is one argument too many"));
}
