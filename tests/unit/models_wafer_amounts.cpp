// What a simulated region says of its links and PEs, worked out by hand from its counters.
#include "models/wafer/simulate.hpp"
#include "support/models_runs.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

models::Outcome simulated(std::vector<std::string> words)
{
    auto const  config = config_of(std::move(words));
    auto const& p      = config.parameters;
    auto const  step   = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
    return models::simulate(config, step, workloads::plan_token(step, p));
}

} // namespace

TEST_CASE("links are busy for as long as their wavelets take, over slow scribe lines longer")
{
    // 24 x 20 PEs on reticles of 16 x 16: scribe lines right of column 15 and below row 15. A wavelet takes 9 eighths
    // of a cycle on a reticle, 28 over a scribe line.
    auto const o =
        simulated({"--machine", "small", "--model", "tiny", "--fidelity", "wavelet", "--set", "mapping.region=24x20",
                   "--set", "fabric.link_serialisation=1.125 cycles", "--set", "scribe.link_serialisation=3.5 cycles"});
    REQUIRE(o.scribe_crossings > 0);
    double const cycles  = static_cast<double>(o.cycles_per_layer);
    double const crossed = static_cast<double>(o.scribe_crossings);
    double const others  = static_cast<double>(o.wavelet_hops) - crossed;
    double const links = 2 * (23 * 20 + 24 * 19), scribe_links = 2 * (20 + 24); // both ways
    CHECK(o.link_utilisation == Approx((others * 1.125 + crossed * 3.5) / (links * cycles)).epsilon(1e-9));
    CHECK(o.scribe_utilisation == Approx(crossed * 3.5 / (scribe_links * cycles)).epsilon(1e-9));

    // The same from the other side: what each edge carried, and each PE did.
    std::uint64_t edges = 0, across = 0;
    for (auto const& edge : o.scribe) {
        edges += edge.wavelets;
        across += edge.links;
    }
    CHECK(edges == o.scribe_crossings);
    CHECK(static_cast<double>(across) == scribe_links);
    auto const& a     = o.activity;
    double      moved = 0; // over all links in all windows
    for (auto const& window : a.link_busy)
        moved += std::accumulate(window.begin(), window.end(), 0.0);
    CHECK(moved == static_cast<double>(o.wavelet_hops));
    auto const all = [](std::vector<std::uint64_t> const& list) {
        return static_cast<double>(std::accumulate(list.begin(), list.end(), std::uint64_t{0}));
    };
    double const pes = 24 * 20;
    CHECK(o.pe_busy_share == Approx(all(a.pe_busy_total) / (pes * cycles)));
    CHECK(o.pe_stalled_share == Approx(all(a.pe_stalled_total) / (pes * cycles)));
    CHECK(o.pe_idle_share == Approx(all(a.pe_idle_total) / (pes * cycles)));
    double bytes = 0, flops = 0;
    for (auto const& op : o.operators) {
        bytes += op.bytes_weights + op.bytes_kv;
        flops += op.flops;
    }
    CHECK(o.sram_bandwidth_share > 0);
    CHECK(o.arithmetic_share > 0);
    CHECK(bytes > 0);
    CHECK(flops > 0);
}
