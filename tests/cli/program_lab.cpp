// `scribeline lab`, as a student types it.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <regex>

using namespace scribeline::tests;
using Catch::Matchers::Contains;

namespace {

void set(std::string const& path, std::string const& id, std::string const& answer)
{
    auto const text = read_file(path);
    std::ofstream{path} << std::regex_replace(text, std::regex{"\n" + id + " = \"[^\"]*\""},
                                              fmt::format("\n{} = \"{}\"", id, answer));
}

} // namespace

TEST_CASE("a lab is begun, locked, measured with the command that it names, and marked")
{
    auto const folder = TemporaryFolder{};
    auto const path   = (folder.path() / "a.toml").string();
    REQUIRE(run_scribeline({"lab", "start", "1", "--as", "ada", "-o", path}).exit_code == 0);
    CHECK(run_scribeline({"lab", "start", "1", "--as", "ada", "-o", path}).exit_code == 73); // never over answers
    CHECK_THAT(run_scribeline({"lab", "check", path}).err, Contains("predict first"));
    set(path, "m1", "1 tokens/s");
    set(path, "p1", "a");
    set(path, "p2", "4000 x");
    CHECK_THAT(run_scribeline({"lab", "check", path}).err, Contains("locked before anything is measured"));
    set(path, "m1", "");
    auto const locked = run_scribeline({"lab", "check", path});
    CHECK(locked.exit_code == 0);
    CHECK_THAT(locked.out, Contains("scribeline run --machine wse3 --model"));

    // The first command that is named, as it is named.
    auto words  = std::vector<std::string>{};
    auto stream = std::istringstream{locked.out.substr(locked.out.find("scribeline run") + 11)};
    auto line   = std::string{};
    std::getline(stream, line);
    auto rest = std::istringstream{line};
    for (auto word = std::string{}; rest >> word;)
        words.push_back(word);
    words.insert(words.end(), {"--format", "json"});
    auto const run = run_scribeline(words);
    REQUIRE(run.exit_code == 0);
    auto const speed = nlohmann::json::parse(run.out)["summary"]["tokens_per_second_per_user"].get<double>();
    set(path, "m1", fmt::format("{:.1f} tokens/s", speed));
    set(path, "m3", "100 %");
    auto const junit  = (folder.path() / "j.xml").string();
    auto const marked = run_scribeline({"lab", "check", path, "--format", "json", "--junit", junit});
    CHECK(marked.exit_code == 1);
    auto const grade = nlohmann::json::parse(marked.out);
    CHECK(grade["score"] == 1);
    CHECK(grade["max_score"] == 7);
    CHECK(grade["tests"][0]["score"] == 1);
    CHECK_THAT(grade["tests"][2]["output"].get<std::string>(), Contains("Twice the bandwidth"));
    CHECK_THAT(read_file(junit), Contains("tests=\"7\" failures=\"1\" skipped=\"5\""));
}

TEST_CASE("what a lab cannot do is told in words")
{
    CHECK_THAT(run_scribeline({"lab", "start", "9", "--as", "a"}).err, Contains("no lab '9'; there are 1 to"));
    CHECK_THAT(run_scribeline({"lab", "start", "1"}).err, Contains("--as NAME is missing"));
    CHECK_THAT(run_scribeline({"lab", "chekc", "x"}).err, Contains("did you mean 'check'?"));
    CHECK(run_scribeline({"lab", "check", "/nowhere.toml"}).exit_code == 66);
    CHECK_THAT(run_scribeline({"lab", "list"}).out, Contains("When does the wafer stop making sense?"));
}
