// A step whose KV cache lies behind the accelerator, beside closed forms.
#include "models/host/host_tier.hpp"
#include "models/host/offloaded_step.hpp"
#include "models/tlm/single_resource.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;

namespace {

// A byte a picosecond and a latency.
struct Pipe final : SingleResource {
    explicit Pipe(Picoseconds latency) : latency_{latency} {}
    ServiceTime service(BulkRequest const& r) override { return {r.bytes, latency_}; }
    Picoseconds latency_;
};

} // namespace

TEST_CASE("without prefetch every layer waits for its own fetch")
{
    Pipe       tier{5000};
    auto const t = run_step({40, 3000, {{&tier, nullptr, 7000, Traffic::kv}}, 0}, 100);
    CHECK(t.finished == 100 + 40 * (7000 + 5000 + 3000));
    CHECK(t.exposed == 40 * 12000);
    CHECK(t.bytes == 40 * 7000);
}

TEST_CASE("with prefetch the longer of fetch and compute decides")
{
    auto const fetch = GENERATE(as<std::uint64_t>(), 500, 2999, 3000, 3001, 9000);
    Pipe       tier{0};
    auto const t = run_step({40, 3000, {{&tier, nullptr, fetch, Traffic::kv}}, 1}, 0);
    // The first fetch and the last layer cannot overlap with anything; between them the slower one sets the pace.
    CHECK(t.finished == fetch + 39 * std::max<std::uint64_t>(fetch, 3000) + 3000);
    CHECK(t.finished == 40 * 3000 + t.exposed);
}

TEST_CASE("a latency is hidden by prefetching far enough, and not by one layer less")
{
    // A fetch takes 1,000 and 10,000 of latency; a layer computes 3,000. Asked for n layers ahead it has n x 3,000.
    auto const exposed_after_first = [](std::uint32_t prefetch) {
        Pipe       tier{10'000};
        auto const t = run_step({60, 3000, {{&tier, nullptr, 1000, Traffic::kv}}, prefetch}, 0);
        return t.exposed - 11'000; // the first fetch, which nothing hides
    };
    CHECK(exposed_after_first(4) == 0);
    CHECK(exposed_after_first(3) > 0);
}

TEST_CASE("the slower of tier and link sets the pace, and both are used")
{
    auto const link_latency = Picoseconds{700};
    for (bool const with_link : {false, true}) {
        auto        spec = shipped_tier("ddr5_6400_12ch");
        HostTier    tier{spec};
        struct Half final : SingleResource {
            ServiceTime service(BulkRequest const& r) override { return {r.bytes * 20, 700}; } // 50 GB/s
        } pcie;
        std::uint64_t const bytes = 50'000'000;
        auto const          t = run_step({32, 1000, {{&tier, with_link ? &pcie : nullptr, bytes, Traffic::kv}}, 2}, 0);
        auto const          seconds = static_cast<double>(t.finished) * 1e-12;
        auto const          rate    = with_link ? 50e9 : spec.read_bandwidth.value();
        CHECK(32.0 * bytes / seconds == Approx(rate).epsilon(0.01));
        CHECK(tier.books().served(Traffic::kv) == 32 * bytes);
        CHECK(pcie.occupied() == (with_link ? 32 * bytes * 20 : 0));
        CHECK(t.exposed > link_latency);
    }
}

TEST_CASE("weights from one tier and KV from another come side by side")
{
    Pipe       dram{100}, nvme{100};
    auto const t =
        run_step({10, 0, {{&dram, nullptr, 4000, Traffic::weights}, {&nvme, nullptr, 6000, Traffic::kv}}, 1}, 0);
    CHECK(t.finished == 10 * 6000 + 100);
    CHECK(dram.occupied() == 40'000);
    CHECK(nvme.occupied() == 60'000);
}
