// `cmake --install` into another folder: what is there must be all that the program needs, wherever that folder is.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

using scribeline::tests::read_file;
using scribeline::tests::run_program;
using scribeline::tests::RunOptions;
using scribeline::tests::RunResult;
using scribeline::tests::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

fs::path const source = fs::path{SCRIBELINE_TESTS}.parent_path();

// Installed first to one place and then moved, as a package would be.
class InstalledTree {
  public:
    InstalledTree()
    {
        auto const build = fs::path{SCRIBELINE_PROGRAM}.parent_path().string();
        auto const run   = run_program({"cmake", "--install", build, "--prefix", folder_ / "packed"});
        INFO(run);
        REQUIRE(run.exit_code == 0);
        fs::rename(folder_ / "packed", folder_ / "elsewhere");
    }

    std::string operator/(std::string const& name) const { return folder_ / ("elsewhere/" + name); }
    RunResult   scribeline(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), *this / "bin/scribeline");
        auto options   = RunOptions{};
        options.folder = folder_.path().string();
        // An empty variable is one that is not set: the program must find its files without help.
        options.environment = {{"SCRIBELINE_SHARE", ""}};
        return run_program(arguments, options);
    }

  private:
    TemporaryFolder folder_;
};

// Names of the files with an ending.
std::set<std::string> files(fs::path const& folder, std::string const& ending)
{
    std::set<std::string> names;
    for (auto const& entry : fs::directory_iterator{folder})
        if (entry.path().extension() == ending)
            names.insert(entry.path().filename().string());
    return names;
}

} // namespace

TEST_CASE("an installed tree that was moved runs the first run")
{
    InstalledTree const tree;
    auto const          run = tree.scribeline({"run", "-o", "first.h5"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.says("tiny on small"));
    CHECK(run.says("Written to first.h5"));
    auto const again = tree.scribeline({"run", "--from", "first.h5"});
    INFO(again);
    CHECK(again.exit_code == 0);
}

TEST_CASE("an installed tree holds every machine, model and page of the source tree")
{
    InstalledTree const tree;
    auto const          share = fs::path{tree / "share"};
    for (auto const& [folder, ending] : {std::pair{"configs/machines", ".toml"}, std::pair{"configs", ".toml"},
                                         std::pair{"workloads/models", ".json"}}) {
        CAPTURE(folder);
        auto const shipped = files(source / folder, ending);
        CHECK_FALSE(shipped.empty());
        CHECK(files(share / "scribeline" / folder, ending) == shipped);
    }
    CHECK(files(share / "doc/scribeline/docs", ".md") == files(source / "docs", ".md"));
    CHECK(read_file((share / "doc/scribeline/README.md").string()) == read_file((source / "README.md").string()));
}

TEST_CASE("an installed tree holds the completion and the manual page that its program writes")
{
    InstalledTree const tree;
    CHECK(read_file(tree / "share/bash-completion/completions/scribeline") ==
          tree.scribeline({"completion", "bash"}).out);
    CHECK(read_file(tree / "share/man/man1/scribeline.1") == tree.scribeline({"completion", "man"}).out);
}

TEST_CASE("an installed program reads the files installed with it, not those it was built from")
{
    InstalledTree const tree;
    auto const          share = fs::path{tree / "share/scribeline"};
    std::ofstream{share / "configs/machines/mine.toml"} << "description = \"only here\"\nbase = \"wse2\"\n";
    auto       changed = read_file((share / "configs/machines/wse2.toml").string());
    auto const at      = changed.find("Cerebras WSE-2");
    REQUIRE(at != std::string::npos);
    std::ofstream{share / "configs/machines/wse2.toml"} << changed.replace(at, 14, "Installed one");
    fs::copy_file(share / "workloads/models/tiny.json", share / "workloads/models/only-here.json");

    auto const machines = tree.scribeline({"list", "machines"});
    INFO(machines);
    CHECK(machines.exit_code == 0);
    CHECK(machines.says("only here"));
    CHECK(machines.says("Installed one"));
    CHECK_FALSE(machines.says("Cerebras WSE-2"));
    auto const run = tree.scribeline({"run", "--machine", "mine", "--model", "only-here", "--region", "16x16"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.says("only-here on mine"));
}
