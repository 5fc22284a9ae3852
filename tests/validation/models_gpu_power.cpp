// Watts of GPUs by load, as they were measured while users were served: results/published/power.csv.
#include "models/published/cases_file.hpp"
#include "models/published/run_case.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace scribeline::models;

TEST_CASE("a GPU takes the watts that were measured under its load, on parts that nothing was fitted to as well")
{
    auto rows = read_cases(shipped_cases());
    rows.erase(
        std::remove_if(rows.begin(), rows.end(), [](auto const& row) { return row.kind != CaseKind::gpu_power; }),
        rows.end());
    REQUIRE(rows.size() == 5);
    auto held_out = 0;
    for (auto const& out : run_cases(rows)) {
        auto const& row = out.measured;
        CAPTURE(row.id, out.note, row.value);
        REQUIRE(out.simulated);
        CHECK(std::abs(*out.simulated / row.value - 1) < 0.15);
        CHECK(*out.simulated < 0.8 * row.parameters.gpu.power.value()); // no constant of full power would do
        held_out += row.source.find("held out") != std::string::npos;
    }
    CHECK(held_out == 2);
}
