// Steps that are taken at once, up to the next event, are those that are taken one by one: every time of every request,
// to the tick, and every sum.
#include "support/draw.hpp"
#include "support/serving.hpp"
#include "support/serving_tiers.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using configs::EngineName;
using tests::Draw;
using tests::OneReplica;
using tests::small_rules;

namespace {

models::EngineRules any_rules(Draw& draw, EngineName name)
{
    auto rules                    = small_rules(name);
    rules.block                   = name == EngineName::sglang ? 1 : draw.of(std::vector<std::uint64_t>{2, 4, 16});
    rules.pool_blocks             = draw.between(200, 900) / rules.block;
    rules.step_tokens             = draw.between(16, 300);
    rules.sequences               = draw.between(1, 16);
    rules.prefix_caching          = !draw.one_in(4);
    rules.chunked                 = !draw.one_in(6);
    rules.reserves_output         = name == EngineName::trtllm && !draw.one_in(3);
    rules.prompt_threshold        = name == EngineName::vllm && draw.one_in(4) ? 20 : 0;
    rules.reserved_at_first       = draw.between(5, 90) / 100.0;
    rules.reserved_at_least       = rules.reserved_at_first / 7;
    rules.reserved_less_each_step = (rules.reserved_at_first - rules.reserved_at_least) / 600;
    rules.step_overhead           = models::ticks_of(configs::Seconds{draw.between(0, 3) * 1e-3});
    rules.request_overhead        = models::ticks_of(configs::Seconds{draw.between(0, 3) * 1e-5});
    rules.prompt_launch           = models::ticks_of(configs::Seconds{draw.one_in(2) ? 0 : 15e-3});
    rules.token_floor             = models::ticks_of(configs::Seconds{draw.one_in(2) ? 0 : 3e-3});
    rules.plans_ahead             = draw.one_in(2);
    return rules;
}

void ask_any(Draw draw, OneReplica& one)
{
    auto at = 0.0;
    for (auto requests = draw.between(1, 60); requests > 0; --requests) {
        at += draw.one_in(5) ? 0 : draw.between(0, 400) * 1e-3;
        auto hashes = std::vector<std::uint64_t>{};
        auto input  = draw.between(1, 160);
        if (draw.one_in(2)) { // one of four prompts, more or less of it
            auto const of = draw.between(1, 4);
            for (std::uint64_t k = 0; k * 32 < input; ++k)
                hashes.push_back(of * 1000 + k);
        }
        one.ask(input, draw.between(1, 120), at, hashes, 32);
    }
}

} // namespace

TEST_CASE("skipping is stepping, under every engine and any load")
{
    auto const seed = GENERATE(range(1U, 151U));
    auto const name = GENERATE(EngineName::vllm, EngineName::sglang, EngineName::trtllm);
    CAPTURE(seed, static_cast<int>(name));
    auto       draw  = Draw{seed};
    auto const rules = any_rules(draw, name);
    auto       fast  = OneReplica{rules, false};
    auto       slow  = OneReplica{rules, true};
    ask_any(draw, fast);
    ask_any(draw, slow);
    fast.run();
    slow.run();
    for (std::size_t i = 0; i < fast.log.size(); ++i) {
        auto const &a = fast.log[i], &b = slow.log[i];
        CAPTURE(i);
        REQUIRE(a.ending != models::Ending::under_way);
        REQUIRE(a.ending == b.ending);
        REQUIRE(a.first_token == b.first_token);
        REQUIRE(a.end == b.end);
        REQUIRE(a.time == b.time);
        REQUIRE(a.preemptions == b.preemptions);
        REQUIRE(a.found_in_cache == b.found_in_cache);
        if (a.ending == models::Ending::done) {
            auto sum = models::Ticks{0};
            for (auto const part : a.time)
                sum += part;
            REQUIRE(sum == a.latency());
            REQUIRE(a.made == a.output);
        }
    }
    auto const &x = fast.replica.totals(), &y = slow.replica.totals();
    CHECK(x.steps == y.steps);
    CHECK(x.machine == y.machine);
    CHECK(x.made_tokens == y.made_tokens);
    CHECK(x.prompt_tokens == y.prompt_tokens);
    CHECK(fast.replica.state_hash() == slow.replica.state_hash());
    CHECK(x.wakes <= y.wakes);
    for (auto const* one : {&fast, &slow}) {
        auto const& pool = one->replica.pool();
        CHECK(pool.in_use() == 0);
        CHECK(pool.taken() == pool.given_back());
        CHECK(pool.count_free() == pool.blocks());
    }
}

namespace {

std::vector<tests::PlainTier> any_tiers(Draw& draw)
{
    auto list = std::vector<tests::PlainTier>{};
    for (auto count = draw.between(1, 3); count > 0; --count) {
        auto policy       = models::TierPolicy{};
        policy.write_back = draw.one_in(2);
        policy.move       = policy.write_back && draw.one_in(3);
        policy.pin        = draw.one_in(3);
        policy.prefetch   = !list.empty() && draw.one_in(2);
        policy.recompute  = draw.one_in(3);
        if (draw.one_in(3))
            policy.ttl = models::ticks_of(configs::Seconds{draw.between(1, 40) * 1e-1});
        list.push_back({draw.between(4, 300), policy});
    }
    return list;
}

// Sessions whose prompts grow, each turn a think time behind the one before; some begin alike.
void ask_sessions(Draw draw, tests::TieredReplica& one)
{
    for (auto session = draw.between(1, 8); session > 0; --session) {
        auto const of    = draw.one_in(3) ? std::uint64_t{7} : session * 10;
        auto       input = draw.between(8, 80);
        auto       last  = std::size_t{0};
        auto const turns = draw.between(1, 6);
        for (std::uint64_t turn = 0; turn < turns; ++turn) {
            auto const output = draw.between(1, 60);
            auto       hashes = std::vector<std::uint64_t>{};
            for (std::uint64_t k = 0; k * 16 < input; ++k)
                hashes.push_back(of * 1000 + k + ((k + 1) * 16 > input ? 500 * turn : 0));
            auto const goes_on = turn + 1 < turns;
            last               = turn == 0 ? one.ask(input, output, draw.between(0, 500) * 1e-3, hashes, 16, goes_on)
                                           : one.ask_after(last, draw.between(0, 900) * 1e-3, input, output, hashes, 16, goes_on);
            input += draw.between(0, 40);
        }
    }
}

} // namespace

TEST_CASE("skipping is stepping with tiers below the pool and sessions in closed loops")
{
    static std::uint64_t moved_up_in_all = 0;
    auto const           seed            = GENERATE(range(1U, 201U));
    auto const           name            = GENERATE(EngineName::vllm, EngineName::sglang, EngineName::trtllm);
    CAPTURE(seed, static_cast<int>(name));
    auto draw             = Draw{seed};
    auto rules            = any_rules(draw, name);
    rules.prefix_caching  = true;
    rules.block           = name == EngineName::sglang ? 1 : draw.of(std::vector<std::uint64_t>{2, 4, 16});
    rules.pool_blocks     = draw.between(200, 500) / rules.block;
    auto const tiers      = any_tiers(draw);
    auto const block_time = draw.between(0, 30) * 1e-4;
    auto       fast       = tests::TieredReplica{rules, tiers, block_time, false};
    auto       slow       = tests::TieredReplica{rules, tiers, block_time, true};
    ask_sessions(draw, fast);
    ask_sessions(draw, slow);
    fast.run();
    slow.run();
    for (std::size_t i = 0; i < fast.log.size(); ++i) {
        auto const &a = fast.log[i], &b = slow.log[i];
        CAPTURE(i);
        REQUIRE(a.ending != models::Ending::under_way);
        REQUIRE(a.ending == b.ending);
        REQUIRE(a.first_token == b.first_token);
        REQUIRE(a.end == b.end);
        REQUIRE(a.time == b.time);
        REQUIRE(a.found_in_cache == b.found_in_cache);
        REQUIRE(a.found_in_tiers == b.found_in_tiers);
        if (a.ending != models::Ending::done)
            continue;
        auto sum = models::Ticks{0};
        for (auto const part : a.time)
            sum += part;
        REQUIRE(sum == a.latency());
    }
    moved_up_in_all += fast.replica.totals().moved_up_tokens;
    if (seed == 200 && name == EngineName::trtllm)
        CHECK(moved_up_in_all > 10'000); // the systems do what they are drawn for
    for (auto const* one : {&fast, &slow}) {
        auto const& totals = one->replica.totals();
        auto const& pool   = one->replica.pool();
        CHECK(pool.in_use() == 0);
        CHECK(pool.taken() == pool.given_back());
        CHECK(pool.count_free() == pool.blocks());
        CHECK(totals.prompt_tokens + totals.decoded_tokens + totals.shared_tokens + totals.moved_up_tokens ==
              totals.kept_tokens + totals.lost_tokens);
    }
    for (std::size_t i = 0; i < tiers.size(); ++i) {
        auto const &a = fast.tier(i).books(), &b = slow.tier(i).books();
        CHECK(a.written == b.written);
        CHECK(a.read == b.read);
        CHECK(a.written == fast.tier(i).stored() + a.evicted + a.expired + a.read_away);
    }
}
