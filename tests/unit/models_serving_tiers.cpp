// Tiers below the KV pool by hand: what a store keeps and gives up, what comes up and when, and their books.
#include "models/serving/tier_spec.hpp"
#include "support/serving_tiers.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using models::TierPolicy;
using models::TierStore;
using tests::PlainTier;
using tests::small_rules;
using tests::TieredReplica;

namespace {

models::Ticks at(double seconds) { return models::ticks_of(configs::Seconds{seconds}); }

using Groups = std::vector<TierStore::Group>;

Groups put(TierStore& store, std::uint64_t hash, std::uint32_t blocks, double seconds, bool pinned = false)
{
    auto gone = Groups{};
    store.put({hash, blocks}, at(seconds), pinned, gone);
    return gone;
}

// Four tokens a block, groups of eight: two blocks each.
std::vector<std::uint64_t> prompt(std::uint64_t from, std::uint64_t groups)
{
    auto hashes = std::vector<std::uint64_t>{};
    for (std::uint64_t k = 0; k < groups; ++k)
        hashes.push_back(from + k);
    return hashes;
}

} // namespace

TEST_CASE("parked block-seconds are the integral of what is stored, to the moment of each change")
{
    auto policy = TierPolicy{};
    policy.ttl  = at(10);
    auto store  = TierStore{100, policy};
    put(store, 1, 4, 0);          // 4 blocks from 0 s on
    put(store, 2, 6, 3);          // 6 more from 3 s on
    store.touch(1, at(5), false); // kept until 15 s instead of 10 s
    store.advance(at(20));        // 2 went at 13 s, 1 at 15 s, though nobody asked then
    CHECK(store.books().block_seconds == Approx(4 * 15.0 + 6 * 10.0));
    CHECK(store.books().expired == 10);
    CHECK(store.stored() == 0);
    CHECK(store.books().written == store.stored() + store.books().evicted + store.books().expired);
}

TEST_CASE("what was used longest ago goes first, what is pinned last, and a group in part grows")
{
    auto policy = TierPolicy{};
    policy.pin  = true;
    auto store  = TierStore{10, policy};
    put(store, 1, 4, 0, true);
    put(store, 2, 3, 1);
    put(store, 3, 3, 2);
    store.touch(2, at(3), false);
    auto const first = put(store, 4, 3, 4);
    REQUIRE(first.size() == 1);
    CHECK(first[0].hash == 3);
    auto const more = put(store, 5, 6, 5); // 2 and 4 make room, the pinned one stays
    REQUIRE(more.size() == 2);
    CHECK(store.held(1, at(5)).blocks == 4);
    auto const last = put(store, 5, 7, 6); // one block more of the same: now the pinned one has to go
    REQUIRE(last.size() == 1);
    CHECK(last[0].hash == 1);
    CHECK(store.books().written == 4 + 3 + 3 + 3 + 6 + 1);
    CHECK(store.books().written == store.stored() + store.books().evicted);
    CHECK(put(store, 6, 11, 7).size() == 1); // larger than the tier: it goes on to the next one
    CHECK(store.stored() == 7);
}

TEST_CASE("a prompt that the pool has lost comes up from the tier in the time of its bytes")
{
    auto rules        = small_rules();
    rules.pool_blocks = 12; // 48 tokens
    auto one          = TieredReplica{rules, {{1000, {}}}};
    one.ask(32, 4, 0, prompt(10, 4), 8);  // 4 groups of 2 blocks, written through when computed
    one.ask(40, 4, 10, prompt(50, 5), 8); // takes the pool
    one.ask(32, 4, 20, prompt(10, 4), 8);
    one.run();
    // All but the last token may be found: 7 of the 8 blocks.
    CHECK(one.log[2].found_in_tiers == 28);
    CHECK(one.log[2].found_in_cache == 0);
    // The plain link takes 1 ms a block and way; the first step is the one in which the last token is computed.
    auto const waited = models::seconds_of(one.log[2].of(models::Phase::transfer)).value();
    CHECK(waited == Approx(7e-3));
    auto const step = tests::PlainSteps::time_of({{}, {}, {{28, 4, 1}}});
    CHECK(one.first_token(2) - 20 == Approx(7e-3 + step).epsilon(1e-3));
    auto const& books = one.tier(0).books();
    CHECK(books.written == 8 + 10);
    CHECK(books.read == 7);
    CHECK(one.replica.totals().moved_up_tokens == 28);
}

TEST_CASE("what is written back goes down when the pool loses it, and to the next tier when that one does")
{
    auto rules        = small_rules();
    rules.pool_blocks = 12;
    auto back         = TierPolicy{};
    back.write_back   = true;
    auto one          = TieredReplica{rules, {{4, back}, {1000, back}}};
    one.ask(32, 4, 0, prompt(10, 4), 8);
    one.ask(40, 4, 10, prompt(50, 5), 8);
    one.ask(32, 4, 20, prompt(10, 4), 8);
    one.run();
    CHECK(one.log[2].found_in_tiers == 28);
    // The pool gave up 10..13, last block first, into a tier of two groups: the first two that came went on.
    CHECK(one.tier(0).books().evicted > 0);
    CHECK(one.tier(1).books().written == one.tier(0).books().evicted);
    for (std::size_t i = 0; i < 2; ++i) {
        auto const& books = one.tier(i).books();
        CHECK(books.written == one.tier(i).stored() + books.evicted + books.expired + books.read_away);
    }
}

TEST_CASE("what is computed sooner than it comes up is computed")
{
    auto rules          = small_rules();
    rules.pool_blocks   = 12;
    auto const computed = [&](bool recompute, double block_time) {
        auto policy      = TierPolicy{};
        policy.recompute = recompute;
        auto one         = TieredReplica{rules, {{1000, policy}}, block_time};
        one.ask(32, 4, 0, prompt(10, 4), 8);
        one.ask(40, 4, 10, prompt(50, 5), 8);
        one.ask(32, 4, 20, prompt(10, 4), 8);
        one.run();
        return one.log[2].found_in_tiers == 0;
    };
    CHECK_FALSE(computed(false, 1)); // seven seconds, and nobody asks
    CHECK(computed(true, 1));
    CHECK_FALSE(computed(true, 1e-3)); // 28 tokens take more than 10 ms
}

TEST_CASE("tiers that cannot work are refused, with the way out")
{
    using models::parse_tier;
    auto const says = [](std::string const& text, std::string const& what) {
        try {
            auto const tiers = std::vector{parse_tier(text, true)};
            models::require_usable_tiers(tiers, 5e6);
        } catch (configs::TextError const& error) {
            CAPTURE(text, error.what());
            CHECK(std::string{error.what()}.find(what) != std::string::npos);
            return;
        } catch (configs::UserError const& error) {
            CAPTURE(text, error.what());
            CHECK(std::string{error.what()}.find(what) != std::string::npos);
            return;
        }
        FAIL(text << " was taken");
    };
    says("host", "NAME:CAPACITY");
    says("hots:1GB", "did you mean 'host'");
    says("host:1 MB", "holds no block");
    says("host:1GB,tll=3s", "unknown policy");
    says("host:1GB,ttl=0s", "above 0 s");
    says("host:1GB,move", "write_back");
    says("host:1GB,prefetch", "this is the first");
    auto const fine = parse_tier("nvme:30TB, write_back, ttl=3600 s, pin", true);
    CHECK(fine.memory.units == 8);
    CHECK(fine.policy.write_back);
    CHECK(fine.policy.pin);
    CHECK(*fine.policy.ttl == at(3600));
}
