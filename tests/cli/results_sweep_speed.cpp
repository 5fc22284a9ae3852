// What a large table costs who opens it: told, not judged, for a busy machine is many times slower than a quiet one.
#include "results/files/sweep/merged_file.hpp"
#include "support/results_sweeps.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

constexpr char const* python = "/usr/bin/python3";

// The same rows again and again.
results::SweepTable repeated(results::SweepTable table, std::size_t rows)
{
    for (auto& column : table.columns) {
        auto const numbers = column.numbers;
        auto const texts   = column.texts;
        for (std::size_t i = table.rows; i < rows && !column.is_text; ++i)
            column.numbers.push_back(numbers[i % table.rows]);
        for (std::size_t i = table.rows; i < rows && column.is_text; ++i)
            column.texts.push_back(texts[i % table.rows]);
    }
    table.rows = rows;
    return table;
}

} // namespace

TEST_CASE("a merged table of 10,000 points opens in xarray whole")
{
    if (run_program({python, "-c", "import xarray, netCDF4, pandas"}).exit_code != 0) {
        WARN("SKIPPED: python3-xarray, python3-netcdf4 and python3-pandas are not installed");
        return;
    }
    auto const place = TemporaryFolder{};
    REQUIRE(run_scribeline({"sweep", "run", "first_sweep", "-o", place / "d"}).exit_code == 0);
    REQUIRE(run_scribeline({"sweep", "merge", place / "d"}).exit_code == 0);
    auto const folder = results::SweepFolder::open(place / "d");
    results::write_merged(folder, repeated(results::read_merged(place / "d/sweep.h5"), 10'000));
    auto const opened = run_program({python, "-c",
                                     "import sys, time, xarray as xr\n"
                                     "start = time.process_time()\n"
                                     "table = xr.open_dataset(sys.argv[1], group='points').to_dataframe()\n"
                                     "took = time.process_time() - start\n"
                                     "assert len(table) == 10000 and len(table.columns) > 40, table.shape\n"
                                     "assert table.cycles_per_layer.iloc[9995] == table.cycles_per_layer.iloc[5]\n"
                                     "print(f'{took:.2f} s of a processor', table.shape)\n",
                                     place / "d/sweep.h5"});
    INFO(opened);
    CHECK(opened.exit_code == 0);
    // And in this program.
    auto const shown = run_scribeline({"sweep", "show", place / "d", "--sort", "cycles_per_layer", "--limit", "3"});
    CHECK(shown.exit_code == 0);
}
