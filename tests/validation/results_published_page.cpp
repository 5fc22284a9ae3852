// Does the model meet what was published? Every row that comes with the program within its tolerance, and
// docs/validation.md says what came out.
#include "models/published/cases_file.hpp"
#include "results/views/published_report.hpp"
#include "results/views/validation_page.hpp"
#include "support/build_kind.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace scribeline;
using namespace scribeline::models;

TEST_CASE("every published row is within its tolerance, and docs/validation.md is what came out")
{
    if (tests::sanitized) {
        WARN("SKIPPED: regions of this size take minutes under the sanitizers: left out");
        return;
    }
    auto const path = std::string{SCRIBELINE_TESTS} + "/..";
    auto const outcomes =
        run_cases(read_cases({path + "/results/published/wafer.csv", path + "/results/published/gpu.csv"}));
    for (auto const& out : outcomes) {
        CAPTURE(out.measured.id, out.note, out.measured.value, out.deviation_percent, out.measured.source);
        std::printf("%s: %+.2f %%\n", out.measured.id.c_str(), out.deviation_percent);
        CHECK(out.verdict == (out.measured.tolerance ? Verdict::within : Verdict::reported));
    }
    CHECK(results::exit_of(outcomes) == configs::Exit::done);

    auto const page = path + "/docs/validation.md";
    if (auto const* update = std::getenv("SCRIBELINE_UPDATE"); update != nullptr && std::string{update} == "1")
        std::ofstream{page, std::ios::binary} << results::validation_page(outcomes);
    INFO("run this test with SCRIBELINE_UPDATE=1 to write docs/validation.md anew");
    CHECK(tests::read_file(page) == results::validation_page(outcomes));
}
