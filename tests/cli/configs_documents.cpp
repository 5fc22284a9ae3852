// scripts/check-documents holds documents to what the program prints. Does it see what is wrong, name the place, and
// mend it?
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using scribeline::tests::run_program;
using scribeline::tests::TemporaryFolder;

namespace {

char const* const page = R"(# A page

<!-- figures:
one = scribeline run
-->

A user gets 1,646<!--= one.tokens_per_second_per_user --> tokens a second, of 895,000<!--= one.peak ~3 -->, and hops take
44.8 %<!--= percent(one.waterfall.hops.share) -->. Published are 1,800<!--: the vendor, August 2024 -->. See
[the model](docs/model.md#1-a-wavelet).

<!-- cells
columns: "a" | "b"
one.rows[column, row].speed
one.rows[column].bound
-->
| context | a | b |
|---|---|---|
| 4,096 | 12 | does not fit |
| bound by | hops | |

<!-- output of one -->
```text
tokens per second   1645.9
[...]
```
)";

// A tree with one page and a program that prints what the page says.
struct Documents {
    TemporaryFolder folder;

    Documents()
    {
        add("README.md", page);
        add("docs/model.md", "# Model\n\n## 1. A wavelet\n\nSee section 1.\n");
        add("fabric/part.hpp", "/"
                               "/ As docs/model.md, 1 (a wavelet) has it, for fabric/part.cpp.\n");
        add("fabric/part.cpp", "int part;\n");
        program(1645.9, 44.8);
    }
    void add(std::string const& name, std::string const& text) const
    {
        std::filesystem::create_directories((folder.path() / name).parent_path());
        std::ofstream{folder.path() / name} << text;
    }
    std::string text(std::string const& name) const
    {
        std::ostringstream all;
        all << std::ifstream{folder.path() / name}.rdbuf();
        return all.str();
    }
    void program(double tokens, double hops) const
    {
        std::ostringstream script;
        script << "#!/bin/sh\ncase \"$*\" in\n*json*) cat <<END\n{\"summary\": {\"tokens_per_second_per_user\": "
               << tokens << ", \"peak\": 894594.4}, \"waterfall\": [{\"name\": \"hops\", \"share\": " << hops / 100
               << "}],\n \"rows\": [{\"machine\": \"a\", \"context\": 4096, \"speed\": 12.2, \"bound\": \"hops\"}, "
                  "{\"machine\": \"b\", \"context\": 4096, \"speed\": null, \"bound\": \"\"}]}\nEND\n;;\n*) echo "
                  "'tokens per second   "
               << tokens << "';;\nesac\n";
        add("build/release/scribeline", script.str());
        std::filesystem::permissions(folder.path() / "build/release/scribeline", std::filesystem::perms::owner_all);
    }
    auto check(std::vector<std::string> const& options = {}) const
    {
        std::vector<std::string> command{SCRIBELINE_TESTS "/../scripts/check-documents", "--root",
                                         folder.path().string()};
        command.insert(command.end(), options.begin(), options.end());
        command.push_back((folder.path() / "build/release/scribeline").string());
        return run_program(command);
    }
};

struct Change {
    std::string file, from, to, said;
};

} // namespace

TEST_CASE("a page that says what the program prints passes")
{
    auto const run = Documents{}.check();
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.says("8 figures of 1 commands"));
}

TEST_CASE("a figure that is no longer what its command prints is named, and written anew with --fix")
{
    Documents const documents;
    documents.program(1700.25, 9.96);
    auto const run = documents.check();
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.says("README.md:7: 1,646 is 1,700 now: one.tokens_per_second_per_user"));
    CHECK(run.says("44.8 is 10.0 now"));
    CHECK(documents.text("README.md") == page);

    documents.check({"--fix"});
    auto const text = documents.text("README.md");
    CHECK(text.find("gets 1,700<!--") != std::string::npos);
    CHECK(text.find("10.0 %<!--") != std::string::npos);
    CHECK(text.find("tokens per second   1700.25") != std::string::npos);
    CHECK(text.find("| 4,096 | 12 | does not fit |") != std::string::npos);
    CHECK(documents.check().exit_code == 0);
}

TEST_CASE("a number without a command or a source, and a name of what does not exist, are told with their place")
{
    auto const      change = GENERATE(values<Change>({
             {"README.md", "A user gets", "Of 37 users one gets", "README.md:7: 37 has neither a command nor a source"},
             {"README.md", "<!--: the vendor, August 2024 -->", "", "README.md:8: 1,800 has neither"},
             {"README.md", "| 12 | does", "| 13 | does", "README.md:18: 13 is 12 now"},
             {"README.md", "| does not fit |", "| 7 |", "has no figure now"},
             {"README.md", "| hops |", "| weights |", "README.md:19: 'weights' is 'hops' now"},
             {"README.md", "one.peak", "one.top", "no 'top' among"},
             {"README.md", "#1-a-wavelet", "#2-a-color", "docs/model.md has no heading #2-a-color"},
             {"README.md", "docs/model.md#", "docs/models.md#", "leads nowhere"},
             {"docs/model.md", "See section 1", "See section 3", "docs/model.md:5: there is no section 3"},
             {"fabric/part.hpp", "part.cpp", "gone.cpp", "fabric/part.hpp:1: names fabric/gone.cpp, which does not exist"},
             {"fabric/part.hpp", "1 (a wavelet)", "1 (a ramp)", "section 1 of model.md is 'A wavelet'"},
             {"fabric/part.hpp", "1 (a wavelet)", "4 (a wavelet)", "model.md has no section 4"},
    }));
    Documents const documents;
    auto            text = documents.text(change.file);
    text.replace(text.find(change.from), change.from.size(), change.to);
    documents.add(change.file, text);
    auto const run = documents.check();
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.says(change.said));
}
