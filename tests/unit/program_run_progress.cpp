// What is said of a run of every wavelet while it goes on, and before it begins.
#include "models/program/run_progress.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace scribeline;
using Catch::Matchers::Contains;

TEST_CASE("a run says its cycle, its share and the time left")
{
    CHECK(program::progress_line(4700, 18800, 10) == "cycle 4,700 of about 18,800 (25 %), 30 s left");
    CHECK_THAT(program::progress_line(0, 18800, 10), !Contains("left"));
    CHECK_THAT(program::progress_line(20000, 18800, 10), Contains("(99 %)")); // longer than the closed forms expect
}

TEST_CASE("a silent run says nothing")
{
    std::ostringstream text;
    {
        program::RunProgress progress{text, program::RunProgress::Style::silent};
        progress.reached(10, 100);
    }
    CHECK(text.str().empty());
}

TEST_CASE("a dry run tells time and memory, which grow with the region and its cycles")
{
    auto small   = models::RunEstimate{};
    small.pes    = 400;
    small.cycles = 1000;
    CHECK_THAT(program::dry_run_note(true, small), Contains("1 s") && Contains("400 PEs") && Contains("1,000 cycles"));
    CHECK_THAT(program::dry_run_note(false, small), Contains("about a second") && Contains("--fidelity wavelet"));
}
