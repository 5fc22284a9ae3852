// Host memory tiers: bandwidth, IOPS and queue depth each bind where they should; queueing; the histogram; what is
// refused.
#include "configs/failure.hpp"
#include "models/host/host_tier.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace scribeline;
using namespace scribeline::models;
using Catch::Contains;

namespace {

// One unit, 1 byte a picosecond, 1 us latency, pieces of 1000 bytes.
TierSpec plain()
{
    TierSpec t;
    t.name            = "plain";
    t.capacity        = configs::Bytes{1e9};
    t.read_bandwidth  = configs::BytesPerSecond{1e12};
    t.write_bandwidth = configs::BytesPerSecond{0.5e12};
    t.read_latency    = configs::Seconds{1e-6};
    t.write_latency   = configs::Seconds{2e-6};
    t.piece           = 1000;
    return t;
}

BulkRequest reads(std::uint64_t bytes) { return {bytes, Traffic::kv, 0, false}; }
BulkRequest writes(std::uint64_t bytes) { return {bytes, Traffic::kv, 0, true}; }

} // namespace

TEST_CASE("a transfer takes its bytes over the bandwidth and then the latency")
{
    HostTier tier{plain()};
    CHECK(tier.serve(0, reads(50'000)).finished == 50'000 + 1'000'000);
    CHECK(tier.serve(10'000'000, writes(50'000)).finished == 10'000'000 + 100'000 + 2'000'000);
    CHECK(tier.serve(20'000'000, reads(0)).finished == 20'000'000);
    CHECK(tier.occupied() == 150'000);
}

TEST_CASE("requests queue behind one another, and the histogram shows it")
{
    HostTier tier{plain()};
    for (int i = 0; i < 100; ++i)
        CHECK(tier.serve(0, reads(100'000)).finished == static_cast<Picoseconds>(i + 1) * 100'000 + 1'000'000);
    CHECK(tier.reads().count() == 100);
    CHECK(tier.reads().longest() == 11'000'000);
    CHECK(tier.reads().mean() == 6'050'000);
    CHECK(tier.waiting().longest() == 9'900'000);
    CHECK(tier.writes().count() == 0);
}

TEST_CASE("IOPS bind small pieces, bandwidth large ones")
{
    auto spec      = plain();
    spec.read_iops = 1e8; // a piece in 10,000 ps: at 1,000 bytes that is ten times what bandwidth needs
    HostTier small{spec};
    CHECK(small.serve(0, reads(100'000)).finished == 100 * 10'000 + 1'000'000);
    spec.piece = 10'000; // now both are equal
    HostTier equal{spec};
    CHECK(equal.serve(0, reads(100'000)).finished == 100'000 + 1'000'000);
    spec.piece = 50'000;
    HostTier large{spec};
    CHECK(large.serve(0, reads(100'000)).finished == 100'000 + 1'000'000);
}

TEST_CASE("a shallow queue cannot cover the latency")
{
    auto spec        = plain();
    spec.queue_depth = GENERATE(1u, 4u, 100u, 1000u, 4000u);
    HostTier tier{spec};
    // 2,000 pieces; bandwidth needs 2,000,000 ps, Little's law 2,000 x 1 us / depth. They meet at a depth of 1,000.
    auto const little   = 2'000ull * 1'000'000 / spec.queue_depth;
    auto const expected = std::max<std::uint64_t>(2'000'000, little);
    CHECK(tier.serve(0, reads(2'000'000)).finished == expected + 1'000'000);
}

TEST_CASE("units work side by side, and one piece uses one of them")
{
    auto spec  = plain();
    spec.units = 4;
    HostTier tier{spec};
    CHECK(tier.serve(0, reads(100'000)).finished == 100'000 + 1'000'000); // all four, each a quarter
    CHECK(tier.occupied() == 400'000);
    HostTier few{spec};
    CHECK(few.serve(0, reads(1000)).finished == 4'000 + 1'000'000); // a quarter of the bandwidth
    CHECK(few.serve(0, reads(1000)).finished == 4'000 + 1'000'000); // another unit: no queue
    CHECK(few.serve(0, reads(2000)).finished == 4'000 + 1'000'000);
    CHECK(few.serve(0, reads(1000)).finished == 8'000 + 1'000'000);
    CHECK(few.serve(50'000, reads(4500)).finished == 50'000 + 6'000 + 1'000'000); // 1,000 and half a piece on one unit
}

TEST_CASE("a tier books every byte and moves no more than its bandwidth allows")
{
    for (auto const& spec : shipped_tiers()) {
        CAPTURE(spec.name);
        HostTier      tier{spec};
        std::uint64_t bytes = 0;
        Picoseconds   last  = 0;
        for (std::uint64_t i = 0; i < 200; ++i) {
            auto const size = 1 + i * i * 7919;
            bytes += size;
            last = std::max(last, tier.serve(0, reads(size)).finished);
        }
        CHECK(tier.books().served(Traffic::kv) == bytes);
        CHECK(tier.books().asked() == tier.books().served());
        auto const seconds = static_cast<double>(last - tier.latency(false)) * 1e-12;
        CHECK(static_cast<double>(bytes) / seconds <= spec.read_bandwidth.value() * (1 + 1e-9));
        CHECK(static_cast<double>(bytes) / seconds > spec.read_bandwidth.value() * 0.2);
        auto const& counts = tier.reads().counts();
        CHECK(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) == 200);
    }
}

TEST_CASE("shipped tiers reach what is published, from fast to slow")
{
    auto const time = [](char const* name, std::uint64_t bytes) {
        HostTier tier{shipped_tier(name)};
        return static_cast<double>(tier.serve(0, reads(bytes)).finished) * 1e-12;
    };
    CHECK(1e11 / time("ddr5_4800_8ch", 100'000'000'000) == Approx(307.2e9).epsilon(0.001));
    CHECK(1e11 / time("nvme_gen5", 100'000'000'000) == Approx(4 * 13.4e9).epsilon(0.01));
    CHECK(time("ddr5_4800_8ch", 65536) < time("cxl_gen5_x8", 65536));
    CHECK(time("cxl_gen5_x8", 65536) < time("nvme_gen5", 65536));
    CHECK(time("nvme_gen5", 65536) < time("storage_3fs", 65536));
    // 4 KiB at random: the IOPS of the drive, or what a queue of 128 covers of 80 us, whichever is less.
    auto spec           = shipped_tier("nvme_gen5");
    spec.units          = 1;
    spec.capacity       = configs::Bytes{7.68e12};
    spec.read_bandwidth = configs::BytesPerSecond{13.4e9};
    spec.read_iops      = 2.5e6;
    spec.piece          = 4096;
    HostTier   drive{spec};
    auto const seconds = static_cast<double>(drive.serve(0, reads(4096'000'000)).finished) * 1e-12;
    CHECK(1e6 / seconds == Approx(128 / 80e-6).epsilon(0.001));
}

TEST_CASE("a histogram has each latency in its bin, on both edges")
{
    LatencyHistogram h;
    CHECK(h.at_most(0.5) == 0);
    h.add(0);
    h.add(999);  // below 1 ns
    h.add(1000); // 1 ns: bin 1
    h.add(1999);
    h.add(2000); // 2 ns: bin 2
    h.add(3999);
    h.add(4000); // bin 3
    CHECK(h.counts()[0] == 2);
    CHECK(h.counts()[1] == 2);
    CHECK(h.counts()[2] == 2);
    CHECK(h.counts()[3] == 1);
    CHECK(h.at_most(4.0 / 7) == 2000);
    CHECK(h.at_most(0.9) == 4000);
    CHECK(h.at_most(1.0) == 4000);
    h.add(~Picoseconds{0} / 4);
    CHECK(h.counts()[LatencyHistogram::bins - 1] == 1);
    CHECK(LatencyHistogram::begin(1) == 1000);
    CHECK(LatencyHistogram::begin(11) == 1'024'000);
}

TEST_CASE("a tier that cannot work is refused, with its name, the key and the reason")
{
    auto spec           = plain();
    spec.read_bandwidth = configs::BytesPerSecond{0};
    CHECK_THROWS_WITH((HostTier{spec}),
                      Contains("tier `plain`: read_bandwidth = 0 B/s") && Contains("leave the tier out"));
    spec                 = plain();
    spec.write_bandwidth = configs::BytesPerSecond{-1};
    CHECK_THROWS_WITH((HostTier{spec}), Contains("write_bandwidth = -1"));
    spec          = plain();
    spec.capacity = configs::Bytes{0};
    CHECK_THROWS_WITH((HostTier{spec}), Contains("capacity = 0"));
    spec       = plain();
    spec.units = 0;
    CHECK_THROWS_WITH((HostTier{spec}), Contains("units = 0"));
    spec       = plain();
    spec.piece = 0;
    CHECK_THROWS_WITH((HostTier{spec}), Contains("piece = 0"));
    spec              = plain();
    spec.read_latency = configs::Seconds{-1e-9};
    CHECK_THROWS_WITH((HostTier{spec}), Contains("read_latency") && Contains("before it was asked"));
    spec           = plain();
    spec.read_iops = -5;
    CHECK_THROWS_WITH((HostTier{spec}), Contains("iops = -5"));
    CHECK_THROWS_WITH(shipped_tier("nvme_gen6"), Contains("no memory tier") && Contains("did you mean"));
}
