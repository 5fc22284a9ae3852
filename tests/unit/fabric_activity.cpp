// The activity record: windows that merge, and lose nothing.
#include "fabric/activity.hpp"
#include "support/fabric_programs.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using fabric::ActivityRecord;

TEST_CASE("when there is no room for another window, neighbours merge into windows twice as long")
{
    auto const     most = GENERATE(2u, 3u, 8u, 16u);
    ActivityRecord record{1, most};
    auto const     first = record.step();
    CHECK(record.next_boundary() == first);
    // A tile that is busy in three of four cycles and sends a wavelet in each.
    // Totals of a window have 32 bits: enough for 4e9 cycles.
    for (auto end = record.next_boundary(); end < 1ull << 31; end = record.next_boundary()) {
        record.close_window({end * 3 / 4}, {static_cast<std::uint32_t>(end), 0, 0, 0});
        REQUIRE(record.windows() < std::max(most, 2u));
        for (std::size_t w = 0; w < record.windows(); ++w) {
            auto const until = (w + 1) * record.step();
            REQUIRE(record.busy(w).front() == until * 3 / 4);
            REQUIRE(record.links(w).front() == until);
        }
        REQUIRE(record.next_boundary() == (record.windows() + 1) * record.step());
    }
    CHECK(record.step() % first == 0);
    CHECK(record.step() > first);
}

TEST_CASE("the windows of a run add up to the accounts of its PEs")
{
    auto p               = tests::small_wafer(6, 6, 2, 1);
    p.run.windows        = GENERATE(2u, 7u, 256u);
    auto const   traffic = tests::random_traffic(6, 6, 20, 11);
    fabric::Mesh mesh{traffic.program, p};
    auto const   cycles = mesh.run();
    for (auto const* r : mesh.all()) {
        auto const& a = r->activity();
        CHECK(a.windows() <= p.run.windows);
        CHECK(a.windows() == cycles / a.step());
        for (std::size_t tile = 0; tile < r->block().tiles(); ++tile)
            for (std::size_t w = 0; w < a.windows(); ++w) {
                REQUIRE(a.busy(w)[tile] <= (w + 1) * a.step());
                REQUIRE(a.busy(w)[tile] <= r->accounts()[tile].busy);
                REQUIRE((w == 0 || a.busy(w)[tile] >= a.busy(w - 1)[tile]));
                for (std::size_t d = 0; d < 4; ++d)
                    REQUIRE(a.links(w)[d * r->block().tiles() + tile] <=
                            r->link_counts()[d * r->block().tiles() + tile]);
            }
    }
}
