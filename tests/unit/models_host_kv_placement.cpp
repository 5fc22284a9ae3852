// Where the KV cache lies when HBM is too small: newest in HBM, oldest moved down, what does not fit refused.
#include "configs/failure.hpp"
#include "models/host/kv_placement.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::models;
using Catch::Contains;

namespace {

// Blocks of one token and one byte make the numbers readable.
KvPolicy single(Eviction eviction = Eviction::least_recently_used, bool promote = true)
{
    return {1, eviction, promote};
}

} // namespace

TEST_CASE("what fits stays in HBM, and what does not pushes the least recently used down")
{
    KvPlacement kv{{{"hbm", 10}, {"dram", 100}}, 1, single()};
    CHECK(kv.append(1, 6).empty());
    CHECK(kv.append(2, 4).empty());
    kv.use(1); // 2 is now the older one
    auto const moves = kv.append(3, 3);
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].from == 0);
    CHECK(moves[0].to == 1);
    CHECK(moves[0].bytes == 3);
    CHECK(kv.bytes_of(2, 0) == 1);
    CHECK(kv.bytes_of(2, 1) == 3);
    CHECK(kv.bytes_of(1, 0) == 6);
    CHECK(kv.used(0) == 10);
    CHECK(kv.used(1) == 3);
}

TEST_CASE("by age the first to come is given up first, however recently it was used")
{
    KvPlacement kv{{{"hbm", 10}, {"dram", 100}}, 1, single(Eviction::oldest)};
    kv.append(1, 6);
    kv.append(2, 4);
    kv.use(1);
    kv.append(3, 3);
    CHECK(kv.bytes_of(1, 1) == 3);
    CHECK(kv.bytes_of(2, 1) == 0);
}

TEST_CASE("a sequence longer than HBM keeps its newest tokens there")
{
    KvPlacement kv{{{"hbm", 10}, {"dram", 20}, {"nvme", 100}}, 1, single()};
    kv.append(1, 50);
    CHECK(kv.bytes_of(1, 0) == 10);
    CHECK(kv.bytes_of(1, 1) == 20);
    CHECK(kv.bytes_of(1, 2) == 20);
    CHECK(kv.moved(0, 1) == 40);
    CHECK(kv.moved(1, 2) == 20);
    CHECK(kv.use(1).empty()); // nothing else could be moved down for it
}

TEST_CASE("a sequence that comes back is brought up, and the others go down for it")
{
    auto const  promote = GENERATE(true, false);
    KvPlacement kv{{{"hbm", 10}, {"dram", 10}, {"nvme", 10}}, 1, single(Eviction::least_recently_used, promote)};
    for (std::uint64_t s = 1; s <= 3; ++s)
        kv.append(s, 10); // 1 lies in nvme, 2 in dram, 3 in hbm: everything is full
    CHECK(kv.bytes_of(1, 2) == 10);
    auto const moves = kv.use(1);
    if (!promote) {
        CHECK(moves.empty());
        CHECK(kv.bytes_of(1, 2) == 10);
        return;
    }
    CHECK(kv.bytes_of(1, 0) == 10);
    CHECK(kv.bytes_of(3, 1) == 10);
    CHECK(kv.bytes_of(2, 2) == 10);
    for (std::size_t tier = 0; tier < 3; ++tier)
        CHECK(kv.used(tier) == 10);
    CHECK(kv.moved(2, 0) == 10);
}

TEST_CASE("a released sequence makes room")
{
    KvPlacement kv{{{"hbm", 10}}, 1, single()};
    kv.append(1, 10);
    CHECK_THROWS_AS(kv.append(2, 1), configs::UserError);
    kv.release(1);
    CHECK(kv.used(0) == 0);
    CHECK(kv.append(2, 10).empty());
    kv.release(99); // unknown: nothing to do
}

TEST_CASE("KV larger than all tiers is refused with the bytes missing, and nothing changes")
{
    KvPlacement kv{{{"hbm", 1600}, {"dram", 3200}}, 10, {16, Eviction::least_recently_used, true}};
    CHECK(kv.block_bytes() == 160);
    kv.append(1, 16 * 29);
    CHECK_NOTHROW(kv.append(1, 16)); // exactly full
    try {
        kv.append(1, 1);
        FAIL("accepted");
    } catch (configs::UserError const& e) {
        CHECK(e.code() == configs::Exit::answer_is_no);
        CHECK_THAT(e.what(), Contains("160 bytes too many") && Contains("hbm") && Contains("dram"));
    }
    CHECK(kv.bytes_of(1, 0) + kv.bytes_of(1, 1) == 4800);
    CHECK(kv.used(0) + kv.used(1) == 4800);
}

TEST_CASE("a tier too small for a block is passed over")
{
    KvPlacement kv{{{"hbm", 100}, {"tiny", 9}, {"dram", 1000}}, 1, {10, Eviction::least_recently_used, true}};
    kv.append(1, 150);
    kv.append(2, 50);
    CHECK(kv.used(1) == 0);
    CHECK(kv.used(2) == 100);
    kv.use(1);
    CHECK(kv.bytes_of(1, 0) == 100);
    KvPlacement none{{{"hbm", 5}, {"dram", 1000}}, 1, {10, Eviction::least_recently_used, true}};
    none.append(1, 30);
    CHECK(none.bytes_of(1, 1) == 30);
    CHECK(none.use(1).empty());
}

TEST_CASE("placements that make no sense are refused")
{
    CHECK_THROWS_WITH((KvPlacement{{}, 1, single()}), Contains("0 tiers"));
    CHECK_THROWS_WITH((KvPlacement{{{"hbm", 10}}, 0, single()}), Contains("is empty"));
    CHECK_THROWS_WITH((KvPlacement{{{"hbm", 10}}, 5, {0, Eviction::oldest, true}}), Contains("is empty"));
}
