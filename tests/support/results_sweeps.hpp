// Small sweeps for tests: a wafer of 32x32 PEs and the smallest model, milliseconds a point.
#pragma once

#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <string>

namespace scribeline::tests {

// A sweep file of latencies 0 .. points-1 in `folder`.
inline std::string write_small_sweep(TemporaryFolder const& folder, int points, std::string const& more = "")
{
    auto list = std::string{};
    for (int i = 0; i < points; ++i)
        list += "\"" + std::to_string(i) + " cycles\", ";
    return folder.write("small.toml",
                        "description = \"small\"\nmachine = \"small\"\ngoals = [\"min cycles_per_layer\"]\n" + more +
                            "[fixed]\nworkload.model = \"tiny\"\nmapping.region = \"24x24\"\n" +
                            "[axes]\nscribe.extra_latency = [" + list + "]\n");
}

// What may differ between two ways to run the same points is left out: times, memory and attempts.
inline std::string points_of(std::string const& place)
{
    auto const columns = "scribe.extra_latency,status,cycles_per_layer,tokens_per_second_per_user,wavelet_hops,"
                         "scribe_crossings,bound_by,cycles_hops,pareto_rank,error,run_file,config_sha256";
    auto const shown   = run_scribeline({"sweep", "show", place, "--format", "csv", "--columns", columns});
    return shown.exit_code == 0 ? shown.out : shown.err;
}

} // namespace scribeline::tests
