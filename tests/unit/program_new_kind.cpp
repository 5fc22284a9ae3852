// A kind of machine that the program does not ship: one file (support/program_ruler.cpp) and one row. Do the commands
// know it, and is it the one that docs/extending.md shows?
#include "models/machine_list.hpp"
#include "models/program/program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace scribeline::models {
std::unique_ptr<Machine> make_ruler_machine(configs::Config const& config, workloads::DecodeStep const& step);
}

using namespace scribeline;
using Catch::Matchers::Contains;
using Words = std::vector<std::string>;

namespace {

std::string const file_of_the_page = SCRIBELINE_TESTS "/../docs/extending.md";

std::string text_of(std::string const& path)
{
    std::ifstream file{path};
    INFO(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

// Of the page: what stands between the marks of code behind that sentence.
std::string block_behind(std::string const& sentence, std::string const& mark)
{
    auto const page = text_of(file_of_the_page);
    auto const said = page.find(sentence);
    REQUIRE(said != std::string::npos);
    auto const from = page.find("```" + mark + "\n", said);
    REQUIRE(from != std::string::npos);
    auto const start = page.find('\n', from) + 1;
    return page.substr(start, page.find("```", start) - start);
}

struct Answer {
    configs::Exit exit;
    std::string   out, err;
};

// What the program says in this process, whose list of kinds has one more row.
Answer answer(Words const& words)
{
    std::ostringstream out, err;
    auto* const        stdout_was = std::cout.rdbuf(out.rdbuf());
    auto* const        stderr_was = std::cerr.rdbuf(err.rdbuf());
    auto const         exit       = program::answer(words);
    std::cout.rdbuf(stdout_was);
    std::cerr.rdbuf(stderr_was);
    return {exit, out.str(), err.str()};
}

struct WithRuler {
    tests::TemporaryFolder folder;
    std::string            machine;

    WithRuler()
    {
        models::add_machine_kind({"ruler", "ruler", &models::make_ruler_machine});
        machine = folder.write("ruler.toml", block_behind("A file of a machine names it", "toml"));
    }
    Answer run(Words more) const
    {
        auto words = Words{"run", "--machine", machine, "--model", "llama-3.1-8b", "--format", "json"};
        words.insert(words.end(), more.begin(), more.end());
        return answer(words);
    }
};

} // namespace

TEST_CASE("the page on extending shows the ruler as it is compiled, and its row")
{
    CHECK(block_behind("is one file", "cpp") == text_of(SCRIBELINE_TESTS "/support/program_ruler.cpp"));
    CHECK_THAT(block_behind("and one row", "cpp"), Contains("{\"ruler\", \"ruler\", &make_ruler_machine}"));
}

TEST_CASE("a machine of an unknown kind is refused with the kinds that there are")
{
    auto const folder = tests::TemporaryFolder{};
    auto const file   = folder.write("ruler.toml", block_behind("A file of a machine names it", "toml"));
    auto const run    = answer({"run", "--machine", file});
    CHECK(run.exit == configs::Exit::bad_config);
    CHECK_THAT(run.err, Contains("'ruler' is none of wafer, gpu, sram, plain"));
}

TEST_CASE("run asks a machine of a new kind, and its waterfall adds up")
{
    auto const ruler = WithRuler{};
    auto const text  = answer({"run", "--machine", ruler.machine, "--model", "llama-3.1-8b"});
    INFO(text.out << text.err);
    REQUIRE(text.exit == configs::Exit::done);
    CHECK_THAT(text.out, Contains("1 ruler") && Contains("the same time for any work") &&
                             Contains("one ruler measures the whole model") && Contains("4.00 ms") &&
                             Contains("250.0"));

    auto const json = nlohmann::json::parse(ruler.run({}).out);
    CHECK(json["kind"] == "ruler");
    CHECK(json["summary"]["time_per_output_token"].get<double>() == Approx(4e-3));
    CHECK(json["waterfall"].back()["so_far_us"].get<double>() == Approx(4000));
    // Whatever it is asked.
    auto const more = nlohmann::json::parse(ruler.run({"--context", "2048"}).out);
    CHECK(more["summary"]["time_per_output_token"] == json["summary"]["time_per_output_token"]);

    auto const result = (ruler.folder.path() / "ruler.h5").string();
    REQUIRE(answer({"run", "--machine", ruler.machine, "--model", "llama-3.1-8b", "-q", "-o", result}).exit ==
            configs::Exit::done);
    auto const shown = answer({"show", result});
    INFO(shown.out << shown.err);
    CHECK(shown.exit == configs::Exit::done);
}

TEST_CASE("compare puts a machine of a new kind beside the others")
{
    auto const ruler = WithRuler{};
    auto const both  = answer({"compare", "--machines", ruler.machine + ",plain-memory", "--model", "llama-3.1-8b",
                               "--context", "4096", "--format", "json"});
    INFO(both.out << both.err);
    REQUIRE(both.exit == configs::Exit::done);
    auto const rows = nlohmann::json::parse(both.out)["rows"];
    REQUIRE(rows.size() == 2);
    CHECK(rows[0]["kind"] == "ruler");
    CHECK(rows[0]["time_per_token"].get<double>() == Approx(4e-3));
    CHECK(rows[0]["time_to_first_token"].get<double>() > 0);
    CHECK(rows[0]["bound_by"] == "weights");
    CHECK(rows[1]["kind"] == "plain");
}

TEST_CASE("a parameter of another kind, and a number of devices, are refused on a machine of a new kind")
{
    auto const ruler   = WithRuler{};
    auto const foreign = ruler.run({"--set", "gpu.devices=2"});
    CHECK(foreign.exit == configs::Exit::bad_config);
    CHECK_THAT(foreign.err, Contains("this machine is of the kind 'ruler', which has no group 'gpu'"));
    auto const counted = answer({"run", "--machine", ruler.machine + ":2", "--model", "llama-3.1-8b"});
    CHECK(counted.exit == configs::Exit::usage);
    CHECK_THAT(counted.err, Contains("a machine of kind 'ruler' is not counted"));
}

TEST_CASE("sweep runs its points on a machine of a new kind, in processes of their own")
{
    auto const ruler = WithRuler{};
    auto const file  = ruler.folder.write("ruled.toml", "description = \"does a ruler care?\"\ncommand = \"compare\"\n"
                                                         "machine = \"" +
                                                            ruler.machine +
                                                            "\"\n"
                                                             "goals = [\"max tokens_per_second_per_user\"]\n[fixed]\n"
                                                             "workload.model = \"llama-3.1-8b\"\n[axes]\n"
                                                             "workload.context = [1024, 2048, 4096]\n");
    auto const where = (ruler.folder.path() / "ruled").string();
    auto const run   = answer({"sweep", "run", file, "-o", where, "-j", "2"});
    INFO(run.out << run.err);
    REQUIRE(run.exit == configs::Exit::done);
    CHECK_THAT(run.out, Contains("3 points: 3 ok"));
    REQUIRE(answer({"sweep", "merge", where}).exit == configs::Exit::done);
    auto const shown = answer({"sweep", "show", where, "--columns", "time_per_token", "--format", "json"});
    INFO(shown.out << shown.err);
    REQUIRE(shown.exit == configs::Exit::done);
    auto const table = nlohmann::json::parse(shown.out);
    CHECK(table.dump().find("0.004") != std::string::npos);
}
