// `scribeline report`: what is refused, and what is written.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <string>

#include <catch2/catch.hpp>

using scribeline::tests::read_file;
using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

TEST_CASE("report writes a page of a run, a figure of it, and the difference of two")
{
    TemporaryFolder folder;
    auto const      file = folder / "run.h5";
    REQUIRE(run_scribeline({"run", "-o", file}).exit_code == 0);
    auto const run = run_scribeline({"report", file, "-o", folder / "page.html"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out == folder / "page.html" + "\n");
    auto const page = read_file(folder / "page.html");
    CHECK(page.rfind("<!DOCTYPE html>", 0) == 0);
    CHECK(page.size() < 200'000); // 16 windows of 576 PEs are in it

    auto const unknown = run_scribeline({"report", file, "-o", folder / "x.svg", "--figure", "layers"});
    CHECK(unknown.exit_code == 64);
    CHECK(unknown.says("did you mean 'layer'?"));
    CHECK(folder.names() == std::vector<std::string>{"page.html", "run.h5"}); // nothing half written

    REQUIRE(run_scribeline({"report", file, file, "-o", folder / "two.html"}).exit_code == 0);
    CHECK(read_file(folder / "two.html").find("Nothing differs") != std::string::npos);
}

TEST_CASE("report refuses what it cannot read or write, with what to do")
{
    TemporaryFolder folder;
    auto const      text = folder.write("notes.h5", "no result");
    auto const      none = run_scribeline({"report", folder / "missing.h5", "-o", folder / "page.html"});
    CHECK(none.exit_code == 66);
    auto const other = run_scribeline({"report", text, "-o", folder / "page.html"});
    CHECK(other.exit_code == 65);
    CHECK(other.says("not an HDF5 file"));
    auto const nowhere = run_scribeline({"report", text});
    CHECK(nowhere.exit_code == 64);
    CHECK(nowhere.says("-o FILE.html"));
    CHECK(run_scribeline({"report", text, "-o", folder / "no/such/page.html"}).exit_code == 73);
    CHECK(folder.names() == std::vector<std::string>{"notes.h5"});
}
