// The recipes of docs/recipes draw their pictures with Debian's Python packages, from files of this program.
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace scribeline::tests;
namespace fs = std::filesystem;

namespace {

constexpr char const* python = "/usr/bin/python3"; // the one that Debian's packages are for

} // namespace

TEST_CASE("every recipe has at most 20 lines and draws a picture")
{
    auto const packages = run_program({python, "-c", "import h5py, xarray, pandas, matplotlib"});
    if (packages.exit_code != 0) {
        WARN("SKIPPED: the recipes need python3-h5py, python3-xarray, python3-pandas and python3-matplotlib");
        return;
    }
    auto const place = TemporaryFolder{};
    REQUIRE(run_scribeline({"run", "-q", "-o", place / "run.h5"}).exit_code == 0);
    REQUIRE(run_scribeline({"sweep", "run", "first_sweep", "-o", place / "d"}).exit_code == 0);
    REQUIRE(run_scribeline({"sweep", "merge", place / "d"}).exit_code == 0);
    auto count = 0;
    for (auto const& entry : fs::directory_iterator{fs::path{SCRIBELINE_TESTS}.parent_path() / "docs/recipes"}) {
        if (entry.path().extension() != ".py")
            continue;
        ++count;
        auto const text = read_file(entry.path().string());
        auto const name = entry.path().stem().string();
        CAPTURE(name);
        CHECK(std::count(text.begin(), text.end(), '\n') <= 20);
        auto const of_sweep = text.find("SWEEP.h5") != std::string::npos;
        auto const drawn    = run_program({python, "-W", "error::FutureWarning", entry.path().string(),
                                        of_sweep ? place / "d/sweep.h5" : place / "run.h5", place / (name + ".png")});
        INFO(drawn);
        CHECK(drawn.exit_code == 0);
        CHECK(drawn.err.empty());
        REQUIRE(fs::exists(place / (name + ".png")));
        CHECK(fs::file_size(place / (name + ".png")) > 5000); // not an empty frame
    }
    CHECK(count >= 5);
}

TEST_CASE("the pictures of the documents are those that their script draws")
{
    auto const root  = fs::path{SCRIBELINE_TESTS}.parent_path();
    auto const place = TemporaryFolder{};
    auto const drawn =
        run_program({(root / "scripts/make-figures").string(), SCRIBELINE_PROGRAM, place.path().string()});
    INFO(drawn);
    if (drawn.exit_code == 77) {
        WARN("SKIPPED: " << drawn.out);
        return;
    }
    REQUIRE(drawn.exit_code == 0);
    auto pages = read_file((root / "README.md").string());
    for (auto const& page : fs::directory_iterator{root / "docs"})
        if (page.path().extension() == ".md")
            pages += read_file(page.path().string());
    auto const names = place.names();
    CHECK(names.size() >= 3);
    for (auto const& name : names) {
        CAPTURE(name);
        CHECK(pages.find("figures/" + name + ")") != std::string::npos);
        auto const shown = root / "docs/figures" / name;
        REQUIRE(fs::exists(shown));
        CHECK(fs::file_size(shown) < 120'000); // drawn for screens of twice the resolution
        auto const larger  = std::max(fs::file_size(shown), fs::file_size(place / name));
        auto const smaller = std::min(fs::file_size(shown), fs::file_size(place / name));
        CHECK(smaller > 5000);                // not an empty frame
        CHECK(larger - smaller < larger / 4); // the same picture, if another version of the library draws it
    }
}
